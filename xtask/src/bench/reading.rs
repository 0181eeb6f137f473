//! A runbook of one megabyte, read and planned. The aim is 50 ms.

use std::process::Command;

use crate::bench::Bench;
use crate::bench::measured::json_of;

/// Prints it.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let seen = json_of(&mut Command::new(bench.built.join("examples/bench_reading")))?;
    println!(
        "### Reading\n\nA runbook of {} bytes with {} procedures and {} steps: read in {} ms, read and planned in {} ms on the clock by two threads (aim: 50 ms), in {} ms by one; its facts alone in {} ms; a page of one section in a fresh process in {} ms\n",
        seen["bytes"],
        seen["procedures"],
        seen["steps"],
        seen["read_ms"],
        seen["clock_ms"],
        seen["read_and_plan_ms"],
        seen["facts_ms"],
        seen["cold_ms"],
    );
    Ok(())
}
