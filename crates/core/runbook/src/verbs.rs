//! Blocks of nothing but `callsheet …` lines: our own verbs, run natively.

use crate::model::{Act, ActKind, StepKind, WaitSpan};

/// Whether every act is a `callsheet …` command.
pub fn all(acts: &[Act]) -> bool {
    !acts.is_empty() && acts.iter().all(|act| act.kind == ActKind::Run && words(act).next() == Some("callsheet"))
}

/// The kind that a block of verbs has: that of its only kind of verb, else a command.
pub fn kind(acts: &[Act]) -> Option<StepKind> {
    if !all(acts) {
        return None;
    }
    let mut kinds = acts.iter().map(|act| match words(act).nth(1) {
        Some("wait") => StepKind::Wait,
        Some("notify") => StepKind::Notify,
        Some("approve") => StepKind::Approve,
        _ => StepKind::Command,
    });
    let first = kinds.next()?;
    Some(if kinds.all(|kind| kind == first) { first } else { StepKind::Command })
}

/// How long `callsheet wait …` lines wait together.
pub fn wait(acts: &[Act]) -> Option<WaitSpan> {
    if kind(acts) != Some(StepKind::Wait) {
        return None;
    }
    let mut total = 0;
    let mut from_run_start = false;
    for act in acts {
        let given = words(act).nth(2)?;
        from_run_start |= given.starts_with("T+");
        total += given.parse::<callsheet_base::Duration>().ok()?.as_millis();
    }
    let total = callsheet_base::Duration::from_millis(total);
    Some(WaitSpan { least: total, most: total, from_run_start })
}

fn words(act: &Act) -> impl Iterator<Item = &str> {
    act.command.split_whitespace()
}
