//! Who watches: told of every record once it is durable, of output as it comes, and of what waits for a person.

use callsheet_engine::{Event, Run, RunResult};
use callsheet_journal::Record;
use callsheet_plan::StepIndex;

use crate::wake::LiveOutput;

/// Watches runs. Every method has a default that does nothing. None may block: the loop waits for it.
pub trait Observer {
    /// A record is durable. `run` is as the whole turn left it: later records of the same commit are applied already.
    fn recorded(&mut self, run: &Run, record: &Record, event: &Event) {
        let _ = (run, record, event);
    }

    /// A running act puts something out.
    fn output(&mut self, output: &LiveOutput) {
        let _ = output;
    }

    /// A step waits for a person; `run.waiting()` says for what.
    fn waiting(&mut self, run: &Run, step: StepIndex) {
        let _ = (run, step);
    }

    /// The run is over.
    fn finished(&mut self, run: &Run, result: RunResult) {
        let _ = (run, result);
    }
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
