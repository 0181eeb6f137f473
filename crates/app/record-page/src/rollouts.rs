//! Releases that the run brought out: what happened, and how many requests failed, second by second.

use callsheet_engine::{ChangeRecord, RolloutRecord, RolloutSaid};
use callsheet_traffic::{Slice, Tally};
use serde::Serialize;

use crate::words::{Instant, instant};
use crate::{Sources, Stored};

/// More columns than this are drawn together.
const MOST_COLUMNS: usize = 240;
/// The chart's height for one release, in its own units.
const HEIGHT: f64 = 30.0;

/// One rollout.
#[derive(Clone, Debug, Serialize)]
pub struct Rollout {
    pub heading: String,
    pub events: Vec<Told>,
    /// The releases' error rates; empty where nothing was counted, or it is purged.
    pub charts: Vec<Chart>,
}

/// One event.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    pub at: Instant,
    pub what: String,
    /// What instances wrote, a line each.
    pub wrote: Vec<String>,
}

/// One release's error rate over time.
#[derive(Clone, Debug, Serialize)]
pub struct Chart {
    pub version: String,
    /// For who does not see it.
    pub words: String,
    pub width: usize,
    pub bars: Vec<Bar>,
}

/// One stretch of time in which requests came.
#[derive(Clone, Debug, Serialize)]
pub struct Bar {
    pub x: usize,
    pub y: f64,
    pub height: f64,
    pub bad: bool,
}

/// All of a record.
pub fn rollouts(record: &ChangeRecord, sources: &Sources) -> Vec<Rollout> {
    record.rollouts.iter().map(|one| rollout(one, sources)).collect()
}

fn rollout(record: &RolloutRecord, sources: &Sources) -> Rollout {
    let slices = slices(record, sources);
    let columns: Vec<&[Slice]> = slices.chunks(slices.len().div_ceil(MOST_COLUMNS).max(1)).collect();
    let newer = chart(&record.plan.to.version, &columns, |slice| slice.canary);
    let older = record.plan.from.as_ref().and_then(|from| chart(&from.version, &columns, |slice| slice.stable));
    Rollout {
        heading: record.heading(),
        events: record.events.iter().map(told).collect(),
        charts: newer.into_iter().chain(older).collect(),
    }
}

fn told(one: &RolloutSaid) -> Told {
    Told { at: instant(one.at), what: one.what.clone(), wrote: one.wrote.clone() }
}

fn slices(record: &RolloutRecord, sources: &Sources) -> Vec<Slice> {
    let mut slices = Vec::new();
    for digest in &record.slices {
        if let Stored::Bytes(bytes) = (sources.outputs)(*digest) {
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            slices.extend(lines.filter_map(|line| serde_json::from_slice::<Slice>(line).ok()));
        }
    }
    slices
}

fn chart(version: &str, columns: &[&[Slice]], of: impl Fn(&Slice) -> Tally) -> Option<Chart> {
    let (mut bars, mut requests, mut errors) = (Vec::new(), 0_u64, 0_u64);
    for (x, column) in columns.iter().enumerate() {
        let tallies = column.iter().map(&of);
        let (all, failed) = tallies.fold((0_u64, 0_u64), |(all, failed), tally| {
            (all + u64::from(tally.requests), failed + u64::from(tally.errors))
        });
        requests += all;
        errors += failed;
        if all > 0 {
            let share = failed as f64 / all as f64;
            // A second without errors is a thin line: somebody was served there.
            let height = 1.0 + share * (HEIGHT - 1.0);
            let rounded = |number: f64| (number * 10.0).round() / 10.0;
            bars.push(Bar { x, y: rounded(HEIGHT - height), height: rounded(height), bad: failed > 0 });
        }
    }
    let percent = errors as f64 / requests.max(1) as f64 * 100.0;
    let words = format!("{version}: {requests} requests, {errors} failed ({percent:.1} %)");
    (requests > 0).then(|| Chart { version: version.to_owned(), words, width: columns.len(), bars })
}
