//! What a person's command means for a run: events, or a refusal that says why and what to do instead. One file per command.

mod approve;
mod cancel;
mod choose;
mod confirm;
mod deny;
mod done;
mod hold;
mod refused;
mod retry;
mod rollback;
mod rollout;
mod skip;
mod supersede;

use callsheet_access::{Actor, People};
use callsheet_base::Timestamp;
use callsheet_plan::{PlannedStep, StepIndex};

pub use refused::CommandRefused;

use crate::decide::effects_of;
use crate::{Command, Decision, Event, Phase, Run, StepState};

/// A command with who gives it: what every file here gets.
pub(crate) struct Order<'a> {
    pub run: &'a Run,
    pub actor: &'a Actor,
    pub note: &'a str,
    pub people: &'a People,
    pub now: Timestamp,
}

/// Checks a command against the run and the people; says what it leads to. Changes nothing: [`crate::submit`] does.
pub fn handle(
    run: &Run,
    command: &Command,
    actor: &Actor,
    note: &str,
    people: &People,
    now: Timestamp,
) -> Result<Decision, CommandRefused> {
    if let Some(result) = run.result() {
        return Err(CommandRefused::Over { result });
    }
    if matches!(run.phase(), Phase::Stopping { .. }) && goes_on(command) {
        return Err(CommandRefused::Already("ending"));
    }
    let order = Order { run, actor, note, people, now };
    let mut decision = Decision::default();
    decision.record = match command {
        Command::Approve(step) => approve::handle(&order, *step)?,
        Command::Deny(step) => deny::handle(&order, *step)?,
        Command::Confirm(step) => confirm::handle(&order, *step)?,
        Command::Choose { step, label } => choose::handle(&order, *step, label)?,
        Command::Skip(step) => skip::handle(&order, *step)?,
        Command::Retry(step) => retry::handle(&order, *step)?,
        Command::Done(step) => done::handle(&order, *step)?,
        Command::Rollback { to } => rollback::handle(&order, to.as_deref())?,
        Command::Rollout { service, command } => rollout::handle(&order, service.as_deref(), command)?,
        Command::Cancel { undo } => cancel::handle(&order, *undo, &mut decision.perform)?,
        Command::Abandon => vec![Event::Abandoned { actor: actor.clone(), note: note.to_owned() }],
        Command::Hold => hold::hold(&order)?,
        Command::Go => hold::go(&order)?,
        Command::Supersede { by } => supersede::handle(&order, *by)?,
    };
    for event in &decision.record {
        effects_of(event, &mut decision.perform);
    }
    Ok(decision)
}

/// Whether a command would bring a step on: a run that is ending takes none of those, only what settles its open acts.
fn goes_on(command: &Command) -> bool {
    use Command as C;
    matches!(command, C::Approve(_) | C::Deny(_) | C::Confirm(_) | C::Choose { .. } | C::Retry(_) | C::Rollback { .. })
}

// === impl Order ===

impl<'a> Order<'a> {
    /// The step and its state, if the run is at it.
    fn open(&self, step: StepIndex, verb: &'static str) -> Result<(&'a PlannedStep, &'a StepState), CommandRefused> {
        let run = self.run;
        let Some(planned) = run.plan().step(step) else {
            return Err(CommandRefused::NoStep { number: step.0 });
        };
        match run.open_steps().find(|(open, _)| *open == step) {
            Some((_, state)) => Ok((planned, state)),
            None => {
                let state = run.step(step);
                let state = if state.is_closed() { state.word() } else { "not reached yet" };
                Err(CommandRefused::NotAsked { verb, step: planned.id.clone(), state, instead: self.asked_elsewhere() })
            }
        }
    }

    /// The refusal of a verb that the step's state does not wait for.
    fn not_asked(&self, verb: &'static str, step: StepIndex) -> CommandRefused {
        let waiting = self.run.waiting().into_iter().find(|waiting| waiting.step == step);
        let id = self.run.plan().steps[step.at()].id.clone();
        match waiting {
            Some(waiting) => CommandRefused::OtherAnswer { verb, step: id, wanted: waiting.wanted.answers() },
            None => {
                let state = self.run.step(step).word();
                CommandRefused::NotAsked { verb, step: id, state, instead: self.asked_elsewhere() }
            }
        }
    }

    fn asked_elsewhere(&self) -> Vec<callsheet_base::StepId> {
        self.run.waiting().iter().map(|waiting| self.run.plan().steps[waiting.step.at()].id.clone()).collect()
    }

    fn note(&self) -> String {
        self.note.to_owned()
    }
}
