//! What makes a team roll back.

use super::check;

#[test]
fn lists() {
    check(
        "### Rollback criteria\n- Login is broken\n- 5xx above 7%\n",
        "2 trigger Login is broken\n3 trigger 5xx above 7%; 5xx > 7 %",
    );
    check("**When to roll back:**\n- carts are lost\n", "2 trigger carts are lost");
    check("Roll back if any of these holds:\n\n- orders are lost\n", "3 trigger orders are lost");
    check("## When to roll back\n### Do not roll back\n- typos\n", "");
}

#[test]
fn sentences() {
    check(
        "If checkout fails after the switch, revert to the last image.\n",
        "1 trigger checkout fails after the switch; -> revert to the last image",
    );
    check("Roll back when p99 latency > 4s.\n", "1 trigger p99 latency > 4s; -> Roll back; p99 latency > 4 s");
    check("```bash\n# If smoke tests fail, roll back\nmake smoke\n```\n", "2 trigger smoke tests fail; -> roll back");
    check(
        "Go back when:\n\n1. the queue is empty twice\n2. more than 3 boats wait\n",
        "3 trigger the queue is empty twice\n4 trigger more than 3 boats wait; boats wait > 3",
    );
    check("Roll back if needed. Database rollback (if migrations ran)\n", "");
    check("Once healthy, restore traffic. If it is slow, restore traffic later.\n", "");
}

#[test]
fn actions_of_alerts() {
    check(
        "| Alert | Threshold | Action |\n|---|---|---|\n| Login errors | > 5% | Roll back |\n",
        "3 alert Login errors; > 5 %
         3 trigger Login errors > 5%; -> Roll back; Login errors > 5 %",
    );
}
