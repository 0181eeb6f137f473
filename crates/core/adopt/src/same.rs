//! Whether two readings plan the same: what an adoption must not change.

use std::collections::BTreeSet;

use callsheet_runbook::{Expect, Fact, FactValue, Runbook, Runs, Step};

use crate::places::{Key, steps};

/// What differs between two readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Procedures or the number of steps.
    Structure,
    /// These steps: indices of procedure and step.
    Steps(Vec<(usize, usize)>),
    /// What is stated beside steps.
    Facts,
}

/// `Ok` if both plan the same steps in the same order and state the same facts; lines may differ. The steps of `flows` were
/// commands and are HTTP flows now: of them all but the acts and what the flow asserts must be the same.
pub fn same(before: &Runbook, after: &Runbook, flows: &BTreeSet<Key>) -> Result<(), Difference> {
    let shape = |runbook: &Runbook| -> Vec<(String, String, usize)> {
        let procedures = runbook.procedures.iter();
        procedures.map(|one| (one.slug.clone(), one.title.clone(), one.steps.len())).collect()
    };
    if shape(before) != shape(after) || before.title != after.title {
        return Err(Difference::Structure);
    }
    let pairs = steps(before).zip(steps(after));
    let differing = pairs.filter(|((key, a), (_, b))| {
        !same_around(a, b) || if flows.contains(key) { !same_flow(a, b) } else { !same_acts(a, b) }
    });
    let differing: Vec<Key> = differing.map(|((key, _), _)| key).collect();
    if !differing.is_empty() {
        return Err(Difference::Steps(differing));
    }
    // Variables of the shell are facts; those of a flow are its own.
    let counts = |fact: &&Fact| flows.is_empty() || !matches!(fact.value, FactValue::Param { .. });
    let values =
        |runbook: &Runbook| runbook.facts.iter().filter(counts).map(|fact| fact.value.clone()).collect::<Vec<_>>();
    if values(before) == values(after) { Ok(()) } else { Err(Difference::Facts) }
}

fn same_around(a: &Step, b: &Step) -> bool {
    let dangers = |step: &Step| step.danger.iter().map(|one| (one.kind.clone(), one.text.clone())).collect::<Vec<_>>();
    (&a.id, &a.title, a.kind, &a.condition, &a.alternative) == (&b.id, &b.title, b.kind, &b.condition, &b.alternative)
        && (a.interactive, a.optional, a.rollback, a.wait) == (b.interactive, b.optional, b.rollback, b.wait)
        && dangers(a) == dangers(b)
        && b.inferred.len() <= a.inferred.len()
}

fn same_acts(a: &Step, b: &Step) -> bool {
    let acts = |step: &Step| -> Vec<_> {
        step.acts.iter().map(|act| (act.kind, act.command.clone(), act.choice.clone())).collect()
    };
    let expects = |step: &Step| -> Vec<_> {
        step.expects.iter().map(|one| (one.test.clone(), one.text.clone(), one.act)).collect()
    };
    let params = |step: &Step| -> Vec<_> {
        step.params.iter().map(|one| (one.name.clone(), one.text.clone(), one.form, one.secret)).collect()
    };
    a.runs == b.runs && acts(a) == acts(b) && expects(a) == expects(b) && params(a) == params(b)
}

fn same_flow(a: &Step, b: &Step) -> bool {
    let names = |step: &Step| step.params.iter().map(|one| one.name.clone()).collect::<BTreeSet<_>>();
    let stated = |one: &Expect| a.expects.iter().any(|other| other.test == one.test && other.text == one.text);
    b.runs == Some(Runs::Hurl) && names(a) == names(b) && b.expects.iter().all(stated)
}
