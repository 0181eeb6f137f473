//! Native durable steps beside bare commits of the same schema, DBOS and Restate.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bench::contest::{Contestant, hold};
use crate::bench::measured::{Measured, folder, json_of};
use crate::bench::{Bench, peers};

/// Steps of the one run.
const STEPS: &str = "2000";
/// Runs of five steps each, in one process.
const RUNS: &str = "200";

/// Prints both tables.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let python = peers::python(&bench.peers)?.join("python");
    let node = peers::node(&bench.peers)?;
    let examples = bench.built.join("examples");
    for (kind, title) in [("sequential", "One run of 2,000 native steps"), ("concurrent", "200 runs of 5 native steps")]
    {
        let mut contestants = vec![Contestant::new("Callsheet", || part(ours(&examples), kind))];
        if kind == "sequential" {
            contestants.push(Contestant::new("bare commits, same schema, WAL, FULL", || bare(&examples)));
        }
        contestants.push(Contestant::new("Restate, server and Node SDK", || part(restate(&node), kind)));
        contestants.push(Contestant::new("DBOS on SQLite", || part(dbos(&python), kind)));
        hold(title, contestants, bench.rounds)?;
    }
    Ok(())
}

fn part(all: anyhow::Result<Value>, kind: &str) -> anyhow::Result<Measured> {
    Measured::from_json(&all?[kind])
}

fn ours(examples: &Path) -> anyhow::Result<Value> {
    let folder = folder()?;
    json_of(Command::new(examples.join("bench_steps")).arg(folder.path()).args([STEPS, RUNS]))
}

fn bare(examples: &Path) -> anyhow::Result<Measured> {
    let folder = folder()?;
    let line = json_of(Command::new(examples.join("bench_bare_commits")).arg(folder.path()).arg(STEPS))?;
    Measured::from_json(&line)
}

fn restate(packages: &Path) -> anyhow::Result<Value> {
    let folder = folder()?;
    let script = peers::script("restate_steps.py");
    json_of(Command::new("python3").arg(script).arg(packages).arg(folder.path()).args([STEPS, RUNS]))
}

fn dbos(python: &Path) -> anyhow::Result<Value> {
    let folder = folder()?;
    // A tenth of the steps: it takes ten times as long for each.
    json_of(Command::new(python).arg(peers::script("dbos_steps.py")).arg(folder.path()).args(["200", "40"]))
}
