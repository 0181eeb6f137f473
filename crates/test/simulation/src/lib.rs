//! Seeded schedules of crashes, clock jumps and bad disks over the real loop of `callsheet-node`, against a scripted world.
//!
//! The journal and leases in memory and the scripted keepers outlive the "process", as disk, kernel and keepers do. A seed gives
//! the same story on every machine: a failure names its seed and tells the story.
//!
//! Stories of releases have a town beside it: instances, one edge and users, under the real conductor and its store on disk.

mod audit;
mod invariants;
mod journal;
mod keepers;
mod kind;
mod misfortune;
mod people;
mod procedure;
mod process;
mod releases;
mod story;
mod tally;
mod world;

use std::fmt;
use std::ops::Range;
use std::time::{Duration, Instant};

pub use kind::Kind;
pub use story::tell;
pub use tally::{Failure, Tally};

/// What a range of seeds came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many stories were told, in order from the range's start.
    pub seeds: u64,
    /// What happened in them altogether.
    pub tally: Tally,
    /// The first one that went wrong.
    pub failure: Option<Failure>,
}

/// Tells the stories of `seeds` in order, until one fails or `budget` is used up.
pub fn run_seeds(kind: Kind, seeds: Range<u64>, budget: Duration) -> Summary {
    let began = Instant::now();
    let mut summary = Summary::default();
    for seed in seeds {
        match tell(kind, seed) {
            Ok(tally) => summary.tally.add(&tally),
            Err(failure) => {
                summary.failure = Some(failure);
                break;
            }
        }
        summary.seeds += 1;
        if began.elapsed() >= budget {
            break;
        }
    }
    summary
}

impl Summary {
    /// Adds another range's; the first failure stays.
    pub fn add(&mut self, other: Summary) {
        self.seeds += other.seeds;
        self.tally.add(&other.tally);
        self.failure = self.failure.take().or(other.failure);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { runs, processes, commits, together, records, acts, doubts, locked, superseded, cancelled, .. } =
            &self.tally;
        write!(
            f,
            "{} stories: {runs} runs, {processes} processes, {commits} commits ({together} of several runs), {records} records, \
             {acts} acts executed, {doubts} in doubt, {locked} times locked out, {superseded} superseded, {cancelled} cancelled",
            self.seeds
        )?;
        let Tally { rollouts, promoted, judged, turned_back, instances, routings, crashes, leases, .. } = &self.tally;
        if *rollouts > 0 {
            write!(
                f,
                "; {rollouts} rollouts: {promoted} promoted, {judged} turned back by the judge, {turned_back} otherwise, \
                 {instances} instances started, {routings} routings, {crashes} crashes, {leases} leases ran out"
            )?;
        }
        match &self.failure {
            Some(failure) => write!(f, "\n{failure}"),
            None => Ok(()),
        }
    }
}
