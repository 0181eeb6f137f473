//! Rotates secrets for a while, or so many times: `rotation-stories FIRST_SEED SECONDS [LEAST]`.
//!
//! Keys, PostgreSQL, MariaDB and Redis side by side, each with logins going on. Prints a line every ten seconds and one JSON line at the end. The
//! first broken promise ends it with status 1 and its seed.
#![allow(clippy::print_stdout, reason = "the result goes to stdout")]

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use callsheet_e2e::stories::{Kind, Place, Turned, rotation};

#[derive(Default)]
struct Tally {
    next: u64,
    turned: Turned,
    broken: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [first, seconds, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: rotation-stories FIRST_SEED SECONDS [LEAST]");
        return ExitCode::from(2);
    };
    let until = Instant::now() + Duration::from_secs(*seconds);
    let least = rest.first().copied().unwrap_or(0);
    let tally = Mutex::new(Tally { next: *first, ..Tally::default() });
    std::thread::scope(|scope| {
        for kind in Kind::ALL {
            let tally = &tally;
            scope.spawn(move || work(kind, tally, until, least));
        }
        scope.spawn(|| report(&tally, until, least));
    });
    let tally = tally.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    for broken in &tally.broken {
        eprintln!("{broken}");
    }
    let Turned { rotations, kills, back, logins } = tally.turned;
    let (next, count) = (tally.next, tally.broken.len());
    println!(
        "{{\"rotations\":{rotations},\"first_seed\":{first},\"next_seed\":{next},\"kills\":{kills},\"turned_back\":{back},\"logins\":{logins},\"failed_logins\":{count},\"broken\":{count}}}"
    );
    if tally.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn over(tally: &Tally, until: Instant, least: u64) -> bool {
    !tally.broken.is_empty() || (Instant::now() >= until && tally.turned.rotations >= least)
}

fn work(kind: Kind, tally: &Mutex<Tally>, until: Instant, least: u64) {
    let place = Arc::new(Place::new(kind));
    loop {
        let seed = {
            let mut tally = lock(tally);
            tally.next += 1;
            tally.next - 1
        };
        // A story's own assertion is a broken promise as well.
        let turned = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| rotation(&place, seed)));
        let turned = turned.unwrap_or_else(|_| Err("a story panicked".to_owned()));
        let mut tally = lock(tally);
        match turned {
            Ok(one) => {
                let all = &mut tally.turned;
                all.rotations += one.rotations;
                all.kills += one.kills;
                all.back += one.back;
                all.logins += one.logins;
            }
            Err(broken) => {
                let again = "repeat it: cargo xtask soak --only rotations --minutes 0 --seed";
                tally.broken.push(format!("{kind:?}, seed {seed}: {broken}\n{again} {seed}"));
            }
        }
        if over(&tally, until, least) {
            break;
        }
    }
    if let Err(broken) = place.scan() {
        lock(tally).broken.push(format!("{kind:?}: {broken}"));
    }
}

fn report(tally: &Mutex<Tally>, until: Instant, least: u64) {
    let mut last = Instant::now();
    while !over(&lock(tally), until, least) {
        std::thread::sleep(Duration::from_millis(50));
        if last.elapsed() >= Duration::from_secs(10) {
            last = Instant::now();
            let Turned { rotations, kills, back, logins } = lock(tally).turned;
            eprintln!("{rotations} rotations, {kills} kills, {back} turned back, {logins} logins");
        }
    }
}

fn lock(tally: &Mutex<Tally>) -> std::sync::MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
