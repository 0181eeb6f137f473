//! A run's change record as one self-contained HTML page: worth attaching to a ticket, readable on a phone, printable.
//!
//! The caller does: read the run, its journal and its outputs, prove the chain, write the file.
//! This crate does: say what the page holds, make everything harmless, and write it. Nothing is asked of any other place: a browser that opens
//! the page makes no request, and runs no script but the page's own.

mod act;
mod decisions;
mod excerpt;
mod files;
mod output;
mod overview;
mod page;
mod rollouts;
mod step;
mod tables;
mod template;
mod terminal;
mod timeline;
mod visible;
mod words;

use callsheet_base::{Digest, Timestamp};
use callsheet_engine::{ChangeRecord, Event, ReplayError, Run};
use callsheet_journal::Record;

/// What a page is made of.
pub struct Sources<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its whole journal, in order.
    pub records: &'a [Record],
    /// What is kept of an output.
    pub outputs: &'a dyn Fn(Digest) -> Stored,
    /// Whether the journal's chain holds.
    pub proof: Proof,
    /// The instant at which the page is made.
    pub made: Timestamp,
}

/// An output as it is found now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// Removed on purpose, then.
    Purged(Timestamp),
    /// It should be there and is not.
    Missing,
}

/// Whether the journal's chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Every record follows from the one before.
    Holds,
    /// It was altered; how, in words.
    Broken(String),
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A record cannot be read.
    #[error("the journal holds what this version cannot read")]
    Journal(#[source] ReplayError),
    /// The page's template is wrong: our own fault.
    #[error("the page cannot be written")]
    Template(#[source] minijinja::Error),
}

/// The page as HTML.
pub fn page(sources: &Sources) -> Result<String, PageError> {
    let record = ChangeRecord::new(sources.run, sources.records).map_err(PageError::Journal)?;
    let mut events = Vec::with_capacity(sources.records.len());
    for one in sources.records {
        let event = Event::from_json(&one.body)
            .map_err(|source| PageError::Journal(ReplayError::Unreadable { seq: one.seq, source }))?;
        events.push((one.at, event));
    }
    let page = page::Page::new(sources, &record, &events);
    template::render(&page).map_err(PageError::Template)
}
