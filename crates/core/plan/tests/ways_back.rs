//! Which ways back a plan has, of those that were written and those that the words let conclude.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_diag::SourceText;
use callsheet_plan::{Config, Inputs, OnFailure, Plan, plan};

fn planned(text: &str) -> Plan {
    let source = SourceText::new("runbooks/shop.md", text);
    let reading = callsheet_runbook::read(&source);
    let inputs = Inputs {
        source: &source,
        runbook: &reading.runbook,
        procedure: "deploy",
        config: &Config::default(),
        environment: "dev",
        given: &BTreeMap::new(),
        leave_out: &BTreeSet::new(),
        variables: &BTreeMap::new(),
    };
    plan(&inputs).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

const MIGRATES: &str =
    "1. Migrate:\n\n   ```bash {name=migrate}\n   up\n   ```\n\n   To undo:\n\n   ```bash\n   down\n   ```\n";

#[test]
fn what_was_only_concluded_adds_nothing_to_a_written_way_back() {
    let deploy = |serve: &str| {
        let serves = format!("2. Serve:\n\n   ```bash {{{serve}}}\n   go\n   ```\n");
        planned(&format!("## Deploy\n\n{MIGRATES}\n{serves}\n## Rollback\n\n```bash\ndown\nback\n```\n"))
    };
    let concluded = deploy("name=serve");
    assert!(concluded.steps[0].undo.is_some(), "somebody who orders a rollback has it undone");
    assert!(concluded.steps[..2].iter().all(|step| step.on_failure == OnFailure::Pause), "and can still order it");
    let written = deploy("name=serve rollback=#rollback").steps[0].undo;
    assert_eq!(written, None, "the procedure does that itself");
}

#[test]
fn undo_no_leaves_the_blocks_in_their_turn() {
    let text = format!("## Deploy\n\n{}", MIGRATES.replace("name=migrate", "name=migrate undo=no"));
    let plan = planned(&text);
    assert_eq!((plan.main, plan.steps[0].undo), (2, None));
}
