//! Tells stories from a seed on, for some time: `simulate FIRST_SEED SECONDS [WORKERS] [runs | releases]`, of both kinds unless one is
//! named. Ends with 1 at the first that goes wrong.
//!
//! Prints a line every ten seconds and the sum at the end, with the seed that comes next.
#![allow(clippy::print_stdout, reason = "the result goes to stdout")]

use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use callsheet_simulation::{Kind, Summary, run_seeds};

/// Stories that a worker takes at once.
const BATCH: u64 = 50;

struct Progress {
    next: u64,
    summary: Summary,
    shown: Instant,
}

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [first, seconds, rest @ ..] = numbers.as_slice() else {
        eprintln!("usage: simulate FIRST_SEED SECONDS [WORKERS] [runs | releases]");
        return ExitCode::from(2);
    };
    let named = |word: &str| std::env::args().any(|argument| argument == word);
    let kinds: &[Kind] = match (named("runs"), named("releases")) {
        (true, false) => &[Kind::Runs],
        (false, true) => &[Kind::Releases],
        _ => &[Kind::Runs, Kind::Releases],
    };
    let until = Instant::now() + Duration::from_secs(*seconds);
    let batch = if *seconds == 0 { 1 } else { BATCH };
    let progress = Mutex::new(Progress { next: *first, summary: Summary::default(), shown: Instant::now() });
    std::thread::scope(|scope| {
        for _ in 0..rest.first().copied().unwrap_or(1) {
            scope.spawn(|| work(&progress, kinds, batch, until));
        }
    });
    let Progress { next, summary, .. } = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("seeds {first}..{next}: {summary}");
    match &summary.failure {
        Some(failure) => {
            eprintln!("repeat it: cargo xtask soak --only simulation --seed {} --minutes 0", failure.seed);
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

/// At least one batch each, so that a single seed can be repeated with no time at all.
fn work(progress: &Mutex<Progress>, kinds: &[Kind], batch: u64, until: Instant) {
    loop {
        let from = {
            let mut progress = lock(progress);
            progress.next += batch;
            progress.next - batch
        };
        let told: Vec<Summary> = kinds.iter().map(|kind| run_seeds(*kind, from..from + batch, Duration::MAX)).collect();
        let mut progress = lock(progress);
        told.into_iter().for_each(|told| progress.summary.add(told));
        if progress.shown.elapsed() >= Duration::from_secs(10) {
            progress.shown = Instant::now();
            eprintln!("{}", progress.summary);
        }
        if Instant::now() >= until || progress.summary.failure.is_some() {
            return;
        }
    }
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}
