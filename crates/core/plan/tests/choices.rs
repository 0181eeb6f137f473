//! What is asked of ways that a runbook labels.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_diag::SourceText;
use callsheet_plan::{Config, Gate, Inputs, plan};

/// Each step's first command with what is asked before it.
fn check(text: &str, procedure: &str, expected: &[&str]) {
    let source = SourceText::new("runbooks/shop.md", text);
    let reading = callsheet_runbook::read(&source);
    let inputs = Inputs {
        source: &source,
        runbook: &reading.runbook,
        procedure,
        config: &Config::default(),
        environment: "dev",
        given: &BTreeMap::new(),
        leave_out: &BTreeSet::new(),
        variables: &BTreeMap::new(),
    };
    let plan = plan(&inputs).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let asked = |gate: &Gate| match gate {
        Gate::Alternative { label, labels, .. } => format!("{label} of {}", labels.join(", ")),
        Gate::Optional { condition } => format!("{condition}?"),
        other => format!("{other:?}"),
    };
    let found: Vec<String> =
        plan.steps.iter().map(|step| step.gates.iter().map(asked).collect::<Vec<_>>().join("; ")).collect();
    assert_eq!(found, expected, "{text}");
}

fn way(heading: &str, attributes: &str) -> String {
    format!("#### {heading}\n\n```bash {{{attributes}}}\n./{}\n```\n\n", attributes.len())
}

/// A phase of a procedure that knows several ways.
fn deploy(ways: &[String]) -> String {
    format!(
        "# Shop\n\n## Deploy\n\n### Step 1: build\n\n```bash\n./build\n```\n\n### Step 2: ship\n\n{}",
        ways.concat()
    )
}

#[test]
fn ways_are_asked_once_whatever_their_headings_say() {
    let both = ["", "Option A of Option A, Option B", "Option B of Option A, Option B"];
    let (a, b) = ("choose=\"Option A\"", "choose=\"Option B\"");
    check(&deploy(&[way("Option A: slots", "name=a"), way("Option B: waves", "name=b")]), "deploy", &both);
    check(&deploy(&[way("Slots", a), way("Waves", b)]), "deploy", &both);
    check(&deploy(&[way("Slots", a), way("Option B: waves", "name=b")]), "deploy", &both);
}

#[test]
fn a_way_that_was_asked_for_is_not_asked_again() {
    let text = format!("# Shop\n\n## Ship\n\n{}{}", way("Option A: slots", "name=a"), way("Waves", "choose=waves"));
    check(&text, "option-a-slots", &[""]);
    check(&text, "waves", &[""]);
}

#[test]
fn a_single_label_among_other_steps_is_asked() {
    check(&deploy(&[way("Slots", "choose=slots"), way("Waves", "timeout=5m")]), "deploy", &["", "slots?", ""]);
}
