//! Who is called when.

use super::check;

#[test]
fn levels_with_times() {
    check(
        "## Escalation\n1. **Tier 1** (0-10 min): duty engineer\n2. **Tier 2** (10+ min): Escalate to platform team if not fixed\n",
        "2 escalation Tier 1; from 0s; until 10m; duty engineer
         3 escalation Tier 2; from 10m; platform team; if not fixed",
    );
}

#[test]
fn levels_with_details() {
    check(
        "## Escalation path\n**L2: Team lead**\n- Response time: 20 minutes\n- Handles: P2\n- Authority: Can deploy\n",
        "2 escalation L2; Team lead; responds 20m; handles P2; may Can deploy",
    );
}

#[test]
fn conditions_and_sentences() {
    check(
        "**Escalate to L3 if:**\n- down for 45 minutes\n- data is lost\n",
        "2 escalation L3; from 45m; down for 45 minutes\n3 escalation L3; data is lost",
    );
    check(
        "If replication stays broken, escalate to the database team.\n",
        "1 escalation database team; If replication stays broken",
    );
    check("## Escalation\n- After 30 minutes: page the manager\n", "2 escalation from 30m; manager");
}

#[test]
fn tables() {
    check(
        "## Escalation\n| Level | Time | Contact |\n|---|---|---|\n| L1 | 0-15 min | on-call |\n| L2 | after 30 min | lead |\n",
        "4 escalation L1; from 0s; until 15m; on-call
         5 escalation L2; from 30m; lead",
    );
    check(
        "## Who to call\n| After | Call |\n|---|---|\n| at once | harbour master |\n| 20 min | deputy |\n",
        "4 escalation harbour master; at once\n5 escalation from 20m; deputy",
    );
}

#[test]
fn when_nobody_answers() {
    check(
        "# T\n\nIf nobody answers within 10 minutes, call the platform lead; after 40 minutes the head of operations is called.\n",
        "3 escalation from 10m; platform lead
         3 escalation from 40m; head of operations",
    );
}
