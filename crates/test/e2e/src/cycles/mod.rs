//! Releases come and go, things die, the schema changes: under load, and nobody loses a request.
//!
//! System A is the asset manager, behind the edge with its two instances, on its own database. Beside it the sample service answers what
//! system A has not: WebSockets and event streams. The caller says how many cycles of how many requests, and a seed, which chooses each
//! cycle; what was lost is told with the cycle in which it was.

mod act;
mod report;
mod stage;

use std::time::{Duration, Instant};

pub use act::Act;
pub use report::Report;

use crate::load::{Aim, Load};
use crate::{Broken, Seed};
use stage::Stage;

/// How much, and from which seed.
#[derive(Clone, Debug)]
pub struct Options {
    /// At least so many cycles.
    pub cycles: u64,
    /// At least so many requests.
    pub requests: u64,
    /// At least so long.
    pub least: Duration,
    /// Chooses the cycles.
    pub seed: u64,
    /// Requests a second.
    pub rate: u32,
    /// Say on standard error how it goes.
    pub talks: bool,
}

impl Default for Options {
    /// One round of each kind of cycle, under a load that programs for development bear.
    fn default() -> Options {
        let cycles = Act::ALL.len() as u64;
        Options { cycles, requests: 0, least: Duration::ZERO, seed: 0, rate: 500, talks: false }
    }
}

impl Options {
    fn are_met(&self, cycles: usize, requests: u64, took: Duration) -> bool {
        cycles as u64 >= self.cycles && requests >= self.requests && took >= self.least
    }
}

/// One cycle, as it was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Played {
    act: Act,
    began: Instant,
    ended: Instant,
}

/// Plays them; `Err`: something else than a request went wrong.
pub fn play(options: &Options) -> Result<Report, Broken> {
    let mut stage = Stage::set()?;
    let (token, element) = stage.service.signed_in();
    let address = stage.service.address().ok_or("the edge listens nowhere")?;
    let aim = Aim { address, rate: options.rate, seed: options.seed, token, element, live: stage::LIVE };
    let began = Instant::now();
    let load = Load::begin(aim);
    let mut choices = Seed::new(options.seed);
    let mut played = Vec::new();
    let mut round = Vec::new();
    let mut told = Instant::now();
    let mut outcome = Ok(());
    while !options.are_met(played.len(), load.answered(), began.elapsed()) {
        if round.is_empty() {
            round = Act::round(&mut choices);
        }
        let act = round.pop().unwrap_or(Act::Switch);
        let began = Instant::now();
        outcome = stage.perform(act, &mut choices);
        played.push(Played { act, began, ended: Instant::now() });
        if let Err(broken) = &mut outcome {
            *broken = format!("{act} (cycle {}): {broken}", played.len());
            break;
        }
        std::thread::sleep(choices.pause(Duration::from_millis(200)));
        if options.talks && told.elapsed() >= Duration::from_secs(10) {
            told = Instant::now();
            eprintln!("{} cycles, {} requests", played.len(), load.answered());
        }
    }
    let counted = load.end();
    let report = Report::of(options.seed, began, &played, &stage.kills, counted);
    stage.strike()?;
    outcome.map(|()| report)
}
