//! The shipped binary's size. The aim is 30 MB.

use anyhow::Context;

use crate::bench::Bench;

/// Prints it.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let path = bench.built.join("callsheet");
    let bytes = std::fs::metadata(&path).with_context(|| format!("cannot look at {}", path.display()))?.len();
    println!("### Size\n\n`callsheet`, as shipped: {:.1} MB (aim: at most 30 MB)\n", bytes as f64 / 1e6);
    Ok(())
}
