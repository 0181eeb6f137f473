//! The observer that tells a run in plain lines: talk on stderr, the steps' output on stdout.

use callsheet_access::Actor;
use callsheet_base::RunId;
use callsheet_engine::{Command, Event, Run};
use callsheet_journal::Record;
use callsheet_node::{Commander, LiveOutput, Observer};
use callsheet_plan::StepIndex;

use crate::screen::Screen;
use crate::view::plain::Plain;

/// Tells one run.
pub struct Lines {
    run: RunId,
    screen: Screen,
    plain: Option<Plain>,
    /// Agrees to plain confirmations.
    agrees: Option<(Commander, Actor)>,
}

impl Lines {
    /// For a run; `agrees` confirms what is plain.
    pub fn of(run: RunId, screen: Screen, agrees: Option<(Commander, Actor)>) -> Lines {
        Lines { run, screen, plain: None, agrees }
    }

    /// Takes in what was told before.
    pub fn before(&mut self, run: &Run, at: callsheet_base::Timestamp, event: &Event) {
        let paint = self.screen.err;
        self.plain.get_or_insert_with(|| Plain::of(run.plan().steps.len(), paint)).before(run, at, event);
    }

    /// Tells an event.
    pub fn told(&mut self, run: &Run, at: callsheet_base::Timestamp, event: &Event) {
        let paint = self.screen.err;
        let plain = self.plain.get_or_insert_with(|| Plain::of(run.plan().steps.len(), paint));
        let text = plain.recorded(run, at, event);
        // Whoever no longer reads stderr does not keep the run from going on.
        let _ = self.screen.talk(&text);
    }

    /// Prints a step's output.
    pub fn put_out(&self, bytes: &[u8]) {
        // As above.
        let _ = self.screen.bytes(bytes);
    }
}

impl Observer for Lines {
    fn recorded(&mut self, run: &Run, record: &Record, event: &Event) {
        if run.id() == self.run {
            self.told(run, record.at, event);
        }
    }

    fn output(&mut self, output: &LiveOutput) {
        if output.run == self.run {
            self.put_out(&output.bytes);
        }
    }

    fn waiting(&mut self, run: &Run, step: StepIndex) {
        let plain = run.waiting().iter().any(|waiting| waiting.step == step && waiting.wanted.is_plain());
        if let Some((commander, actor)) = self.agrees.as_ref().filter(|_| plain) {
            let note = "agreed to beforehand (--yes)".to_owned();
            commander.tell(run.id(), Command::Confirm(step), actor.clone(), note, |_| {});
        }
    }
}
