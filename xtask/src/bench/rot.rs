//! 200 rots of a repository with a runbook of a hundred steps: how many `check --probe` finds and makes up, and how long it takes.

use std::process::Command;

use crate::bench::measured::json_of;
use crate::bench::{Bench, SHIPPED};
use crate::stages::run;
use crate::tree::cargo;

/// Prints it.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    run(cargo().args(SHIPPED).args(["--package", "callsheet-rot-figures", "--bins"]))?;
    let mut program = Command::new(bench.built.join("rot-figures"));
    let seen = json_of(program.arg(bench.built.join("callsheet")))?;
    println!(
        "### Rot\n\n{} of {} rots of {} kinds found at their lines (aim: 190 of 200), {} false findings (aim: 2 at most); {} ms each, the slowest {} ms (aim: 2000 ms)\n",
        seen["found"], seen["injected"], seen["kinds"], seen["false"], seen["mean_ms"], seen["slowest_ms"],
    );
    Ok(())
}
