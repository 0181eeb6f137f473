//! Tells rollout stories one after the other for a while: `rollout-stories FIRST_SEED SECONDS [WORKERS]`.
//!
//! Prints a line every twenty seconds and one JSON line at the end. The first broken promise ends it with status 1 and its seed.
#![allow(clippy::print_stdout, reason = "the result goes to stdout")]

use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use callsheet_e2e::stories::{self, Rolled};

#[derive(Default)]
struct Tally {
    next: u64,
    told: u64,
    all: Rolled,
    broken: Vec<(u64, String)>,
}

fn main() -> ExitCode {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [first, seconds, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: rollout-stories FIRST_SEED SECONDS [WORKERS]");
        return ExitCode::from(2);
    };
    let until = Instant::now() + Duration::from_secs(*seconds);
    let tally = Mutex::new(Tally { next: *first, ..Tally::default() });
    std::thread::scope(|scope| {
        for _ in 0..rest.first().copied().unwrap_or(2) {
            scope.spawn(|| work(&tally, until));
        }
        scope.spawn(|| report(&tally, until));
    });
    let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (seed, broken) in &tally.broken {
        eprintln!("seed {seed}: {broken}\nrepeat it: cargo xtask soak --only rollouts --seed {seed} --minutes 0");
    }
    println!("{}", line(&mut tally, *first));
    if tally.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// At least one story each, so that a single seed can be repeated with no time at all.
fn work(tally: &Mutex<Tally>, until: Instant) {
    loop {
        let seed = {
            let mut tally = lock(tally);
            tally.next += 1;
            tally.next - 1
        };
        // A story's own assertion is a broken promise as well.
        let told =
            std::panic::catch_unwind(|| stories::rollout(seed)).unwrap_or_else(|_| Err("a story panicked".to_owned()));
        let mut tally = lock(tally);
        tally.told += 1;
        match told {
            Ok(rolled) => tally.all.add(rolled),
            Err(broken) => tally.broken.push((seed, broken)),
        }
        if Instant::now() >= until || !tally.broken.is_empty() {
            return;
        }
    }
}

fn report(tally: &Mutex<Tally>, until: Instant) {
    let mut last = Instant::now();
    while Instant::now() < until && lock(tally).broken.is_empty() {
        std::thread::sleep(Duration::from_millis(50));
        if last.elapsed() >= Duration::from_secs(20) {
            last = Instant::now();
            let tally = lock(tally);
            eprintln!("{} stories, {} deploys, {} kills", tally.told, tally.all.deploys, tally.all.kills);
        }
    }
}

fn line(tally: &mut Tally, first: u64) -> String {
    let Tally { next, told, all, broken } = tally;
    format!(
        "{{\"stories\":{told},\"first_seed\":{first},\"next_seed\":{next},\"deploys\":{},\"kills\":{},\"promoted\":{},\"turned_back\":{},\
         \"answers\":{},\"apart\":{},\"recovered\":{},\"edge_back\":{},\"broken\":{}}}",
        all.deploys,
        all.kills,
        all.promoted,
        all.turned_back,
        all.answers,
        all.apart,
        quantiles(&mut all.recovered),
        quantiles(&mut all.edge_back),
        broken.len()
    )
}

/// Count, median, 99th percentile and longest, in ms.
fn quantiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: f64| {
        let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(0, Duration::as_millis)
    };
    format!("{{\"count\":{},\"p50_ms\":{},\"p99_ms\":{},\"max_ms\":{}}}", times.len(), at(0.5), at(0.99), at(1.0))
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}
