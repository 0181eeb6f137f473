//! A run as plain lines with the time (UTC), for logs and pipes.

use callsheet_base::{Duration, Timestamp};
use callsheet_engine::{Event, Exit, Judged, Outcome, Run, SkipReason, StepState};
use callsheet_plan::StepIndex;
use callsheet_rollout::{Event as RolloutEvent, RolloutPlan};

use crate::asks;
use crate::paint::Paint;
use crate::view::line::{harmless, heading};
use crate::view::progress::{Progress, brief};

/// Tells a run line by line.
pub struct Plain {
    progress: Progress,
    paint: Paint,
}

impl Plain {
    /// For a plan with so many steps.
    pub fn of(steps: usize, paint: Paint) -> Plain {
        Plain { progress: Progress::of(steps), paint }
    }

    /// Takes in what was told before.
    pub fn before(&mut self, run: &Run, at: Timestamp, event: &Event) {
        self.progress.apply(at, event, run);
    }

    /// The lines that an event makes; none for what only we need to know.
    pub fn recorded(&mut self, run: &Run, at: Timestamp, event: &Event) -> String {
        let closed = self.progress.apply(at, event, run);
        let mut lines: Vec<String> = self.event(run, event).into_iter().collect();
        for step in closed {
            let (word, tone): (_, fn(Paint, String) -> String) = match run.step(step) {
                StepState::Done => ("done", |paint, text| paint.green(text)),
                StepState::Skipped => continue,
                _ => ("failed", |paint, text| paint.red(text)),
            };
            let took = self.progress.course(step).took(at).map(|took| format!(" after {}", brief(took)));
            lines.push(format!(
                "{} {}{}",
                name(run, step),
                tone(self.paint, word.to_owned()),
                took.unwrap_or_default()
            ));
        }
        let time = self.paint.dim(at.strftime("%H:%M:%S").to_string());
        lines.iter().map(|line| format!("{time} {line}\n")).collect()
    }

    fn event(&self, run: &Run, event: &Event) -> Option<String> {
        let paint = self.paint;
        let plan = run.plan();
        Some(match event {
            Event::Created(created) => {
                let why = if created.why.is_empty() { String::new() } else { format!(": {}", created.why) };
                format!("run {} of {} by {}{why}", paint.bold(run.id().short()), created.procedure, created.actor)
            }
            Event::TargetVerified { found } if !found.is_empty() => format!("target verified: {}", found.join(", ")),
            Event::TargetRefused { why } => format!("{}: {why}", paint.red("this is not the target")),
            Event::Asked { step, .. } => {
                let ask = asks::of(run).into_iter().find(|ask| ask.step == *step)?;
                format!("{} {}: {}", name(run, *step), paint.yellow("waits for a person"), ask.question)
            }
            Event::Intended { claim } => {
                let attempts = self.progress.course(claim.step).attempts;
                let again = if attempts > 1 { format!(", attempt {attempts}") } else { String::new() };
                let acts = plan.step(claim.step).map_or(1, |step| step.acts.len());
                let act = if acts > 1 { format!(", act {} of {acts}", claim.act + 1) } else { String::new() };
                format!("{} {}{act}{again}", name(run, claim.step), paint.cyan("begins"))
            }
            Event::Ended { claim, outcome } => return ended(run, claim.step, claim.act, outcome, paint),
            Event::DoubtFound { claim, why } => {
                format!("{} {}: {why}", name(run, claim.step), paint.red("is in doubt"))
            }
            Event::TimerSet { step, due, .. } => {
                let left = brief(Duration::between(run.updated(), *due));
                format!("{} goes on at {} (in {left})", name(run, *step), due.strftime("%H:%M:%S"))
            }
            Event::Approved { step, actor, note } => {
                format!("{} approved by {}{}", name(run, *step), actor, noted(note))
            }
            Event::Denied { step, actor, note } => {
                format!("{} {} by {}{}", name(run, *step), paint.red("denied"), actor, noted(note))
            }
            Event::Expired { step } => {
                format!("{} {}: nobody answered in time", name(run, *step), paint.red("expired"))
            }
            Event::Confirmed { step, actor, note } => {
                format!("{} confirmed by {}{}", name(run, *step), actor, noted(note))
            }
            Event::Chosen { step, label, actor, .. } => {
                format!("{}: {label}, chosen by {}", name(run, *step), actor)
            }
            Event::Skipped { step, why } => format!("{} {}: {}", name(run, *step), paint.dim("skipped"), reason(why)),
            Event::Rollout { claim, event } => {
                let plan = run.rollout(*claim)?.rollout.plan();
                let name = paint.bold(format!("{}:", plan.name()));
                match &**event {
                    RolloutEvent::TurnedBack { .. } => {
                        let wrote: Vec<String> = RolloutPlan::wrote(event).iter().map(|line| harmless(line)).collect();
                        let below: String = wrote.iter().map(|line| format!("\n        {}", paint.dim(line))).collect();
                        format!("{name} {}{below}", paint.red(plan.tell(event)))
                    }
                    RolloutEvent::Waits { .. } => format!("{name} {}", paint.yellow(plan.tell(event))),
                    event => format!("{name} {}", plan.tell(event)),
                }
            }
            Event::RollbackBegan { to, .. } => {
                let title = to.as_deref().and_then(|slug| plan.rollback(slug)).map(|rollback| rollback.title.clone());
                paint.yellow(format!("rolling back: {}", title.unwrap_or("undoing finished steps".to_owned())))
            }
            Event::CancelAsked { actor, note, .. } => {
                format!("{} by {}{}", paint.yellow("cancelled"), actor, noted(note))
            }
            Event::Held { actor, .. } => format!("held by {}", actor),
            Event::Observing {} => "only watching from here: a newer run may take over".to_owned(),
            _ => return None,
        })
    }
}

/// What an act's end tells beside the step's: why it failed, what was not as expected.
fn ended(run: &Run, step: StepIndex, act: u16, outcome: &Outcome, paint: Paint) -> Option<String> {
    let expects = run.plan().act(step, act).map(|found| found.act.expects.as_slice()).unwrap_or_default();
    let failed = outcome.verdicts.iter().find(|verdict| verdict.judged == Judged::Fails);
    if let Some(verdict) = failed {
        let expected = expects.get(usize::from(verdict.expect)).map(|expect| expect.text.as_str()).unwrap_or_default();
        let line = expects.get(usize::from(verdict.expect)).map_or(0, |expect| expect.line);
        let saw = &verdict.saw;
        return Some(format!(
            "{} {}: expected (line {line}): {expected}; saw: {saw}",
            name(run, step),
            paint.yellow("not as expected")
        ));
    }
    match &outcome.exit {
        Exit::Status(0) | Exit::Sent | Exit::Released => None,
        exit => Some(format!("{} {}", name(run, step), paint.red(exit_words(exit)))),
    }
}

/// How an act ended, in words.
pub fn exit_words(exit: &Exit) -> String {
    match exit {
        Exit::Status(status) => format!("exit status {status}"),
        Exit::Signal(signal) => format!("ended by signal {signal}"),
        Exit::TimedOut => "timed out".to_owned(),
        Exit::Cancelled => "cancelled".to_owned(),
        Exit::Sent => "sent".to_owned(),
        Exit::Released => "all traffic is on it".to_owned(),
        Exit::TurnedBack(why) => format!("turned back: {why}"),
        Exit::Error(why) => format!("could not be done: {why}"),
    }
}

fn reason(why: &SkipReason) -> String {
    match why {
        SkipReason::Condition => "its condition does not hold".to_owned(),
        SkipReason::Alternative => "another way was chosen".to_owned(),
        SkipReason::Person { actor, note } => format!("by {}{}", actor, noted(note)),
    }
}

fn noted(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!(": {note}") }
}

/// `[2/5] wipe`; a rollback's steps, and those that releases have run, have no number in the procedure.
fn name(run: &Run, step: StepIndex) -> String {
    let plan = run.plan();
    let title = plan.step(step).map(|step| heading(&step.title)).unwrap_or_default();
    match plan.hook_of(step) {
        _ if step.0 < plan.main => format!("[{}/{}] {title}:", step.0 + 1, plan.main),
        Some(_) => format!("[release] {title}:"),
        None => format!("[back] {title}:"),
    }
}
