//! What people decided, in order of time, over all steps.

use callsheet_engine::ChangeRecord;
use callsheet_engine::change_record::Said;
use serde::Serialize;

use crate::words::{self, Instant, heading, instant};

/// One decision.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    pub at: Instant,
    pub who: String,
    pub known_by: String,
    pub what: String,
    pub note: String,
    /// The step's anchor and title; empty for the run as a whole.
    pub anchor: String,
    pub title: String,
}

/// Everything that a person said.
pub fn decisions(record: &ChangeRecord, anchor: impl Fn(&str) -> String) -> Vec<Decision> {
    let of_run = record.course.iter().map(|said| (said, String::new(), String::new()));
    let of_steps = record.steps.iter().flat_map(|step| {
        let (anchor, title) = (anchor(step.id.as_str()), heading(&step.title));
        step.said.iter().map(move |said| (said, anchor.clone(), title.clone()))
    });
    let mut all: Vec<(&Said, String, String)> = of_run.chain(of_steps).collect();
    all.sort_by_key(|(said, ..)| said.at);
    let decided = all.into_iter().filter_map(|(said, anchor, title)| {
        let by = said.by.as_ref()?;
        Some(Decision {
            at: instant(said.at),
            who: by.name.clone(),
            known_by: words::known_by(by),
            what: said.what.clone(),
            note: said.note.clone(),
            anchor,
            title,
        })
    });
    decided.collect()
}
