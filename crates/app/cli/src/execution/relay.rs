//! The observer that passes everything on to another thread, for the live view.

use std::sync::mpsc::Sender;

use callsheet_base::RunId;
use callsheet_engine::{Event, Run};
use callsheet_journal::Record;
use callsheet_node::{LiveOutput, Observer};

use super::Update;

/// Passes on what concerns one run.
pub struct Relay {
    /// The run.
    pub run: RunId,
    /// To the view. A view that is gone needs nothing any more.
    pub view: Sender<Update>,
}

impl Observer for Relay {
    fn recorded(&mut self, run: &Run, record: &Record, event: &Event) {
        if run.id() == self.run {
            let _ = self.view.send(Update::Recorded(Box::new(run.clone()), record.at, Box::new(event.clone())));
        }
    }

    fn output(&mut self, output: &LiveOutput) {
        if output.run == self.run {
            let _ = self.view.send(Update::Output(output.claim.step, output.bytes.clone()));
        }
    }
}
