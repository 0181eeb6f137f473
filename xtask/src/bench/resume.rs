//! Replay of a run whose journal holds 100,000 events. The aim is one second.

use std::process::Command;

use crate::bench::Bench;
use crate::bench::measured::{folder, json_of};

/// Prints it.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let folder = folder()?;
    let seen = json_of(Command::new(bench.built.join("examples/bench_resume")).arg(folder.path()).arg("100000"))?;
    println!(
        "### Resume\n\nA run of {} events: replayed from its journal in {} ms (aim: 1,000 ms), its chain verified in {} ms\n",
        seen["events"], seen["replay_ms"], seen["verify_ms"],
    );
    Ok(())
}
