//! Replay of a run whose journal holds 100,000 events. The aim is one second.

use std::process::Command;

use crate::bench::Bench;
use crate::bench::measured::{folder, json_of};

/// Prints it.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let folder = folder()?;
    let mut command = Command::new(bench.built.join("examples/bench_resume"));
    let seen = json_of(command.arg("100000").current_dir(folder.path()))?;
    println!(
        "### Resume\n\nA run of {} records: opened and taken over in {} s (aim: 1 s)\n",
        seen["records"], seen["seconds"],
    );
    Ok(())
}
