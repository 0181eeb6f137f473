//! Up.

use super::{Decision, Step, Way, back, drift};
use crate::sql;
use crate::{Applied, Engine, Finding, Half, Migration, Revision, Script, Set, State};

pub(super) fn decide(
    set: &Set,
    history: &[Applied],
    to: Option<&Revision>,
    engine: Engine,
    out_of_order: bool,
    decision: &mut Decision,
) {
    if let Some(to) = to
        && set.find(to).is_none()
    {
        decision.refused.push(no_such(to, set));
        return;
    }
    decision.refused.extend(drift::changed(set, history, true));
    if !out_of_order {
        decision.refused.extend(drift::late(set, history));
    }
    // What stopped on its way comes first.
    for applied in history {
        if let State::Half(half) = &applied.state {
            match half.way {
                Way::Up => resume(set, applied, half, engine, decision),
                Way::Down => decision.steps.extend(back::resume(set, applied, half, engine, &mut decision.refused)),
            }
        }
    }
    let undone =
        |revision: &Revision| decision.steps.iter().any(|step| step.way == Way::Down && step.revision == *revision);
    let known = |revision: &Revision| history.iter().any(|applied| applied.revision == *revision) && !undone(revision);
    let wanted = |migration: &&Migration| to.is_none_or(|to| migration.revision <= *to) && !known(&migration.revision);
    let steps: Vec<Step> = set.migrations.iter().filter(wanted).map(fresh).collect();
    decision.steps.extend(steps);
}

fn fresh(migration: &Migration) -> Step {
    Step {
        revision: migration.revision.clone(),
        name: migration.name.clone(),
        way: Way::Up,
        script: migration.up.clone(),
        undo: migration.down.clone(),
        from: 0,
        begun: false,
        partly: false,
    }
}

/// Goes on with a script. Its rest may have been mended; what is done of it may not.
fn resume(set: &Set, applied: &Applied, half: &Half, engine: Engine, decision: &mut Decision) {
    let Some(migration) = set.find(&applied.revision) else {
        let what = format!("revision {} is half applied, and its file is not here", applied.revision);
        let hint = "go on with the version that has the file, or undo it: `callsheet migrate down -1`";
        decision.refused.push(Finding::error("half-applied", "", 0, what, hint));
        return;
    };
    let undo = migration.down.clone();
    match same_start(&half.script, &migration.up, half.done, engine) {
        Ok(()) => {
            decision.steps.push(Step { undo, from: half.done, begun: half.begun, partly: true, ..fresh(migration) })
        }
        Err(line) => {
            let what = format!("revision {} is half applied, and the part that is done was changed", applied.revision);
            let hint = "put that part back, or undo the revision first: `callsheet migrate down -1`";
            decision.refused.push(Finding::error("half-applied", &migration.up.file, line, what, hint));
        }
    }
}

/// Whether the first `done` statements are still those that were run; else the line of the first that is not.
pub(super) fn same_start(stored: &str, script: &Script, done: usize, engine: Engine) -> Result<(), u32> {
    let now = script.statements(engine).map_err(|finding| finding.line)?;
    let then = sql::statements(stored, engine).map_err(|_| script.line)?;
    for at in 0..done {
        match (then.get(at), now.get(at)) {
            (Some(then), Some(now)) if crate::checksum(&then.text) == crate::checksum(&now.text) => {}
            (_, now) => return Err(now.map_or(script.line, |now| now.line)),
        }
    }
    Ok(())
}

fn no_such(to: &Revision, set: &Set) -> Finding {
    let hint = match set.newest() {
        Some(newest) => format!("the newest is {newest}; `callsheet migrate status` lists all"),
        None => "there are no migration files".to_owned(),
    };
    Finding::error("unknown-revision", "", 0, format!("there is no file of revision {to}"), hint)
}
