//! What the scrollback keeps of the run as a whole, beside its steps.

use callsheet_engine::{Event, Run};
use callsheet_rollout::{Event as RolloutEvent, RolloutPlan};

use crate::view::line::{Line, Tone};

/// What is said of the run as a whole, beside its steps.
pub fn remark(run: &Run, event: &Event) -> Option<Line> {
    let words = |tone, text: String| Some(Line::of(tone, text));
    match event {
        Event::TargetVerified { found } if !found.is_empty() => {
            words(Tone::Faint, format!("target: {}", found.join(", ")))
        }
        Event::TargetRefused { why } => words(Tone::Bad, format!("✗ not the target: {why}")),
        Event::Rollout { claim, event } => {
            let plan = run.rollout(*claim)?.rollout.plan();
            let tone = match &**event {
                RolloutEvent::TurnedBack { .. } => Tone::Bad,
                RolloutEvent::Waits { .. } | RolloutEvent::Hindered { why: Some(_) } => Tone::Attention,
                _ => Tone::Faint,
            };
            words(tone, format!("  {}: {}", plan.name(), plan.tell(event)))
        }
        Event::RollbackBegan { to, .. } => {
            let title =
                to.as_deref().and_then(|slug| run.plan().rollback(slug)).map(|rollback| rollback.title.as_str());
            words(Tone::Attention, format!("↶ rolling back: {}", title.unwrap_or("undoing finished steps")))
        }
        Event::CancelAsked { actor, .. } => words(Tone::Attention, format!("cancelled by {actor}")),
        Event::Observing {} => words(Tone::Faint, "only watching from here: a newer run may take over".to_owned()),
        Event::Approved { actor, note, .. } => words(Tone::Faint, format!("  approved by {}{}", actor, noted(note))),
        Event::Denied { actor, note, .. } => words(Tone::Bad, format!("  denied by {}{}", actor, noted(note))),
        Event::Expired { .. } => words(Tone::Bad, "  nobody answered in time: that counts as denied".to_owned()),
        _ => None,
    }
}

/// What instances of a release that is turned back wrote, where the event keeps it.
pub fn wrote(event: &Event) -> Vec<Line> {
    let Event::Rollout { event, .. } = event else { return Vec::new() };
    let line = |text: &String| Line::of(Tone::Faint, "  │ ").and(Tone::Plain, text);
    RolloutPlan::wrote(event).iter().map(line).collect()
}

fn noted(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!(": {note}") }
}
