//! A run executed by this process.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::channel;
use std::thread;

use callsheet_access::Actor;
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Command, Event, Run, StepState};
use callsheet_node::{Answer, Commander, Foreground, NewRun, Observer, Setup, Takeover};

use super::lines::Lines;
use super::relay::Relay;
use super::{Desk, Update, Watch, admit_failure, is_live, node_failure, on_stop, screen_loop};
use crate::context::Context;
use crate::failure::Failure;
use crate::state;

/// How the run comes to this process.
pub enum Begin {
    /// It is created.
    Start(Box<NewRun>),
    /// It is taken over.
    Resume(Takeover),
}

/// Executes one run until it ends, waits for a person who is not here, or is left. The run as it was left.
pub fn execute(setup: Setup, begin: Begin, watch: &Watch, context: &Context) -> Result<(), Failure> {
    let mut foreground = Foreground::open(setup).map_err(node_failure)?;
    if is_live(context) {
        return live(foreground, begin, watch, context);
    }
    let commander = foreground.commander();
    on_stop({
        let commander = commander.clone();
        move || commander.stop()
    })?;
    let agrees = watch.yes.then(|| (commander, watch.actor.clone()));
    let mut lines = Lines::of(watch.run, context.screen, agrees);
    before(&begin, watch, |run, at, event| lines.before(run, at, event))?;
    if start(&mut foreground, begin, watch.run, &mut lines)? {
        foreground.drive(&mut lines, |runs| all(runs, |run| is_stuck(run, watch.yes))).map_err(node_failure)?;
    }
    Ok(())
}

/// The loop stays on this thread; the view has its own.
fn live(mut foreground: Foreground, begin: Begin, watch: &Watch, context: &Context) -> Result<(), Failure> {
    let (view, updates) = channel();
    let desk =
        LocalDesk { run: watch.run, actor: watch.actor.clone(), commander: foreground.commander(), view: view.clone() };
    let mut relay = Relay { run: watch.run, view: view.clone() };
    on_stop({
        let commander = foreground.commander();
        move || commander.stop()
    })?;
    before(&begin, watch, |run, at, event| {
        // The view has not begun, so it cannot be gone.
        let _ = view.send(Update::Before(Box::new(run.clone()), at, Box::new(event.clone())));
    })?;
    let started = start(&mut foreground, begin, watch.run, &mut relay)?;
    if !started {
        return Ok(());
    }
    let on_screen = {
        let (context, watch) = (context.clone(), watch.clone());
        thread::Builder::new()
            .name("view".to_owned())
            .spawn(move || screen_loop::watch(&updates, &desk, &watch, &context))
            .map_err(|error| Failure::environment("cannot start a thread").because(&error))?
    };
    // Whatever happens here, the view's thread must give the terminal back first.
    let driving = AssertUnwindSafe(|| foreground.drive(&mut relay, |runs| all(runs, is_held_still)));
    let driven = catch_unwind(driving);
    // A view that is gone already needs no end.
    let _ = view.send(Update::Over);
    let shown = screen_loop::ended(on_screen);
    match driven {
        Ok(driven) => driven.map_err(node_failure).and(shown),
        Err(panic) => resume_unwind(panic),
    }
}

/// What is on record of a run that is taken over: when its steps began.
fn before(begin: &Begin, watch: &Watch, mut each: impl FnMut(&Run, Timestamp, &Event)) -> Result<(), Failure> {
    if let Begin::Resume(_) = begin {
        let folder = state::open_at(&watch.state)?;
        folder.replay(watch.run, |run, record, event| each(run, record.at, event)).map_err(node_failure)?;
    }
    Ok(())
}

fn start(foreground: &mut Foreground, begin: Begin, run: RunId, observer: &mut dyn Observer) -> Result<bool, Failure> {
    match begin {
        Begin::Start(new) => foreground.start(*new, observer).map(|()| true).map_err(admit_failure),
        Begin::Resume(how) => foreground.take_over(run, how, observer).map_err(admit_failure),
    }
}

fn all(runs: &mut dyn Iterator<Item = &Run>, mut holds: impl FnMut(&Run) -> bool) -> bool {
    for run in runs {
        if !holds(run) {
            return false;
        }
    }
    true
}

/// Nothing goes on without a person, and none is here.
fn is_stuck(run: &Run, yes: bool) -> bool {
    let agreed = yes && run.waiting().iter().any(|waiting| waiting.wanted.is_plain());
    is_held_still(run) || (run.needs_a_person() && !agreed)
}

/// Held, and nothing is under way.
fn is_held_still(run: &Run) -> bool {
    run.is_held() && !run.open_steps().any(|(_, state)| matches!(state, StepState::Running { .. }))
}

/// Reaches the loop of this process.
struct LocalDesk {
    run: RunId,
    actor: Actor,
    commander: Commander,
    view: std::sync::mpsc::Sender<Update>,
}

impl Desk for LocalDesk {
    fn tell(&self, command: Command, note: String) {
        let view = self.view.clone();
        self.commander.tell(self.run, command, self.actor.clone(), note, move |answer| {
            if let Answer::Refused { why, hint } = answer {
                let words = hint.map_or_else(|| why.clone(), |hint| format!("{why}: {hint}"));
                // A view that is gone needs no answer.
                let _ = view.send(Update::Refused(words));
            }
        });
    }

    fn leave(&self) {
        self.commander.stop();
    }
}
