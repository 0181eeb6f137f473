//! Tells stories from a seed on, for some minutes: `simulate [FROM [MINUTES]]`. Ends with 1 at the first that goes wrong.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use callsheet_simulation::run_seeds;

const BATCH: u64 = 1000;

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let mut from = numbers.first().copied().unwrap_or(0);
    let budget = Duration::from_secs(60 * numbers.get(1).copied().unwrap_or(1));
    let began = Instant::now();
    let mut out = std::io::stdout().lock();
    while began.elapsed() < budget {
        let summary = run_seeds(from..from + BATCH, budget.saturating_sub(began.elapsed()));
        // A reader that has gone away does not stop the stories.
        let _ = writeln!(out, "seeds {from}..{}: {summary}", from + summary.seeds);
        if summary.failure.is_some() {
            return ExitCode::FAILURE;
        }
        from += summary.seeds;
    }
    let _ = writeln!(out, "go on with: simulate {from}");
    ExitCode::SUCCESS
}
