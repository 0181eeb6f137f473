//! Outputs of attempts: as a table where they are one, else as text, long ones in part.

use std::collections::HashMap;

use callsheet_base::Digest;
use callsheet_engine::{Evidence, change_record::StepRecord};
use serde::Serialize;

use crate::excerpt::{cost, excerpt, share};
use crate::tables::{self, Request, Rows};
use crate::words::{instant, size};
use crate::{Stored, terminal};

/// Bytes of the page that all outputs together may take: less where many steps need room for themselves.
fn room(outputs: usize) -> usize {
    250_000_usize.saturating_sub(outputs * 1_700).clamp(50_000, 200_000)
}

/// Bytes that one output may take.
const MOST: usize = 40_000;

/// An output as the page shows it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Output {
    /// `output`, or `errors` where they were kept apart.
    pub name: &'static str,
    /// `1.2 kB`.
    pub size: String,
    /// Lines.
    pub lines: usize,
    /// Digest of all of it.
    pub digest: String,
    /// HTML: all of it, or the beginning.
    pub head: String,
    /// HTML: the end, if something was left out before it.
    pub tail: String,
    /// What is missing and why, or empty.
    pub note: String,
    /// Results of a query, if it is that.
    pub results: Vec<Rows>,
    /// Requests of a flow, if it is that.
    pub requests: Vec<RequestRow>,
}

/// A request with its bar.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRow {
    #[serde(flatten)]
    request: Request,
    /// Where the bar begins, of 100.
    from: f64,
    /// How long it is, of 100.
    width: f64,
    /// Whether it was as wanted.
    good: bool,
}

/// All outputs of a record, with the room that each may take.
pub struct Outputs {
    stored: HashMap<Digest, Stored>,
    limit: usize,
}

impl Outputs {
    /// Reads every output that the steps name, once.
    pub fn of(steps: &[StepRecord], read: &dyn Fn(Digest) -> Stored) -> Outputs {
        let ends = steps.iter().flat_map(|step| &step.attempts).filter_map(|attempt| attempt.end.as_ref());
        let named = ends.flat_map(|end| [&end.evidence, &end.errors]).flatten().map(|evidence| evidence.output);
        let mut stored = HashMap::new();
        let mut costs = Vec::new();
        for digest in named {
            let found = stored.entry(digest).or_insert_with(|| read(digest));
            if let Stored::Bytes(bytes) = found {
                costs.push(cost(&String::from_utf8_lossy(bytes)));
            }
        }
        Outputs { stored, limit: share(&costs, room(costs.len()), MOST) }
    }

    /// An output for the page.
    pub fn show(&self, name: &'static str, evidence: &Evidence) -> Output {
        let digest = evidence.output;
        let shown = Output { name, size: size(evidence.bytes), digest: digest.to_string(), ..Output::default() };
        match self.stored.get(&digest) {
            Some(Stored::Bytes(bytes)) if Digest::of(bytes) != digest => {
                Output { note: "what is stored is not what was recorded: its digest differs".to_owned(), ..shown }
            }
            Some(Stored::Bytes(bytes)) => self.text(shown, &String::from_utf8_lossy(bytes), evidence.left_out),
            Some(Stored::Purged(at)) => Output { note: format!("removed at {}", instant(*at).full), ..shown },
            Some(Stored::Missing) | None => Output { note: "missing from the state folder".to_owned(), ..shown },
        }
    }

    fn text(&self, mut shown: Output, text: &str, capped: u64) -> Output {
        shown.lines = text.lines().count();
        let mut notes = Vec::new();
        if capped > 0 {
            notes.push(format!("{} did not fit the cap and were never stored", size(capped)));
        }
        let small = cost(text) <= self.limit;
        if let Some(results) = tables::rows(text).filter(|_| small) {
            shown.results = results;
        } else if let Some(requests) = tables::requests(text).filter(|_| small) {
            shown.requests = with_bars(requests);
        } else {
            let parts = excerpt(text, self.limit);
            (shown.head, shown.tail) = (terminal::html(parts.head), terminal::html(parts.tail));
            if parts.left_out > 0 {
                notes.push(format!("{} in the middle are not on this page", size(parts.left_out as u64)));
            }
        }
        shown.note = notes.join("; ");
        shown
    }
}

/// Requests are sent one after the other: each bar begins where the last one ended.
fn with_bars(requests: Vec<Request>) -> Vec<RequestRow> {
    let total = requests.iter().map(|request| request.took_ms).sum::<u64>().max(1) as f64;
    let mut from = 0.0;
    let row = |request: Request| {
        let width = 100.0 * request.took_ms as f64 / total;
        let good = request.problems.is_empty();
        let row = RequestRow { request, from: rounded(from), width: rounded(width.max(0.5)), good };
        from += width;
        row
    };
    requests.into_iter().map(row).collect()
}

fn rounded(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}
