//! Plays cycles of releases, deaths and schema changes under load: `cycles [--cycles N] [--requests N] [--minutes N] [--seed N]
//! [--rate N]`; it goes on until all of them are reached.
//!
//! Prints what it came to. A lost request ends it with status 1, and with the line that plays the same cycles again.
#![allow(clippy::print_stdout, reason = "the result goes to stdout")]

use std::process::ExitCode;
use std::time::Duration;

use callsheet_e2e::cycles::{Options, play};

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: cycles [--cycles N] [--requests N] [--minutes N] [--seed N] [--rate N]");
        return ExitCode::from(2);
    };
    let again = format!("play it again: cargo xtask soak --only cycles --minutes 0 --seed {}", options.seed);
    match play(&options) {
        Ok(report) => {
            println!("{report}");
            if report.lost.is_empty() {
                return ExitCode::SUCCESS;
            }
            eprintln!("{again}");
        }
        Err(broken) => eprintln!("seed {}: {broken}\n{again}", options.seed),
    }
    ExitCode::FAILURE
}

/// Those of the command line; `None`: they cannot be read.
fn options() -> Option<Options> {
    let mut options = Options { talks: true, ..Options::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value: u64 = arguments.next()?.parse().ok()?;
        match name.as_str() {
            "--cycles" => options.cycles = value,
            "--requests" => options.requests = value,
            "--minutes" => options.least = Duration::from_secs(value * 60),
            "--seed" => options.seed = value,
            "--rate" => options.rate = value.try_into().ok()?,
            _ => return None,
        }
    }
    Some(options)
}
