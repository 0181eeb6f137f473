//! Tells crash stories one after the other for a while: `crash-stories FIRST_SEED SECONDS [WORKERS]`.
//!
//! Prints a line every ten seconds and one JSON line at the end. The first broken promise ends it with status 1 and its seed.
#![allow(clippy::print_stdout, reason = "the result goes to stdout")]

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use callsheet_e2e::stories;

#[derive(Default)]
struct Tally {
    next: u64,
    told: u64,
    kills: u64,
    doubts: u64,
    broken: Vec<(u64, String)>,
}

fn main() -> ExitCode {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [first, seconds, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: crash-stories FIRST_SEED SECONDS [WORKERS]");
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
    let tally = tally.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    for (seed, broken) in &tally.broken {
        eprintln!("seed {seed}: {broken}\nrepeat it: cargo xtask soak --only stories --seed {seed} --minutes 0");
    }
    println!("{}", line(&tally, *first));
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
            std::panic::catch_unwind(|| stories::crash(seed)).unwrap_or_else(|_| Err("a story panicked".to_owned()));
        let mut tally = lock(tally);
        tally.told += 1;
        match told {
            Ok(told) => {
                tally.kills += u64::from(told.kills);
                tally.doubts += u64::from(told.doubts);
            }
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
        if last.elapsed() >= Duration::from_secs(10) {
            last = Instant::now();
            let tally = lock(tally);
            eprintln!("{} stories, {} kills, {} doubts", tally.told, tally.kills, tally.doubts);
        }
    }
}

fn line(tally: &Tally, first: u64) -> String {
    format!(
        "{{\"stories\":{},\"first_seed\":{first},\"next_seed\":{},\"kills\":{},\"doubts\":{},\"broken\":{}}}",
        tally.told,
        tally.next,
        tally.kills,
        tally.doubts,
        tally.broken.len()
    )
}

fn lock(tally: &Mutex<Tally>) -> std::sync::MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
