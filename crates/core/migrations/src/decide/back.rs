//! Down.

use super::{Decision, Step, Way, forth};
use crate::{Applied, Engine, Finding, Half, Revision, Script, Set, State};

pub(super) fn decide(set: &Set, history: &[Applied], to: Option<&Revision>, engine: Engine, decision: &mut Decision) {
    if let Some(to) = to
        && !history.iter().any(|applied| applied.revision == *to)
    {
        let what = format!("revision {to} is not applied, so nothing can go back to it");
        decision.refused.push(Finding::error(
            "unknown-revision",
            "",
            0,
            what,
            "`callsheet migrate history` lists what is applied",
        ));
        return;
    }
    for applied in history.iter().rev().take_while(|applied| to.is_none_or(|to| applied.revision > *to)) {
        let step = match &applied.state {
            State::Half(half) if half.way == Way::Down => resume(set, applied, half, engine, &mut decision.refused),
            state => undo(set, applied, matches!(state, State::Half(_)), &mut decision.refused),
        };
        decision.steps.extend(step);
    }
}

fn undo(set: &Set, applied: &Applied, partly: bool, refused: &mut Vec<Finding>) -> Option<Step> {
    let Some(script) = way_down(set, applied) else {
        let what = format!("revision {} has no way down", applied.revision);
        let hint = "write its down script, or restore a backup; going back past it needs one of them";
        refused.push(Finding::error("no-down", "", 0, what, hint));
        return None;
    };
    Some(Step {
        revision: applied.revision.clone(),
        name: applied.name.clone(),
        way: Way::Down,
        script,
        undo: None,
        from: 0,
        begun: false,
        partly,
    })
}

/// Goes on with an undoing that stopped on its way.
pub(super) fn resume(
    set: &Set,
    applied: &Applied,
    half: &Half,
    engine: Engine,
    refused: &mut Vec<Finding>,
) -> Option<Step> {
    let step = undo(set, applied, true, refused)?;
    match forth::same_start(&half.script, &step.script, half.done, engine) {
        Ok(()) => Some(Step { from: half.done, begun: half.begun, ..step }),
        Err(line) => {
            let what = format!(
                "revision {} is half undone, and the part of the script that is done was changed",
                applied.revision
            );
            refused.push(Finding::error("half-applied", &step.script.file, line, what, "put that part back"));
            None
        }
    }
}

/// The file's, which may have been mended since; the stored one where the file is not here.
fn way_down(set: &Set, applied: &Applied) -> Option<Script> {
    let of_file = set.find(&applied.revision).and_then(|migration| migration.down.clone());
    let stored = applied.undo.as_ref().map(|text| Script {
        file: format!("the stored way down of {}", applied.revision),
        line: 1,
        text: text.clone(),
        apart: applied.undo_apart,
    });
    of_file.or(stored).filter(|script| !script.text.trim().is_empty() && !says_one_way(&script.text))
}

/// `-- one way: why`: whoever wrote it knows that nothing leads back, and that doing nothing would not be it.
fn says_one_way(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("-- one way"))
}
