//! Native durable steps beside bare commits of the same schema, DBOS and Restate.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use serde_json::Value;

use crate::bench::contest::{Contestant, hold};
use crate::bench::measured::{Measured, children_cpu, folder, json_of};
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
    let peers = |kind: &'static str| {
        let restate = Contestant::new("Restate, server and Node SDK", || part(restate(&node), kind));
        [restate, Contestant::new("DBOS on SQLite", || part(dbos(&python), kind))]
    };
    let mut contestants = vec![
        Contestant::new("Callsheet", || ours(&examples, "1", STEPS)),
        Contestant::new("bare commits, same schema, WAL, FULL", || bare(&examples)),
    ];
    contestants.extend(peers("sequential"));
    hold("One run of 2,000 native steps", contestants, bench.rounds)?;
    let mut contestants = vec![Contestant::new("Callsheet", || ours(&examples, RUNS, "5"))];
    contestants.extend(peers("concurrent"));
    hold("200 runs of 5 native steps", contestants, bench.rounds)
}

fn part(all: anyhow::Result<Value>, kind: &str) -> anyhow::Result<Measured> {
    Measured::from_json(&all?[kind])
}

fn ours(examples: &Path, runs: &str, steps: &str) -> anyhow::Result<Measured> {
    let folder = folder()?;
    let mut command = Command::new(examples.join("bench_steps"));
    let seen = json_of(command.args([runs, steps]).current_dir(folder.path()))?;
    let number = |name: &str| seen[name].as_f64().with_context(|| format!("no `{name}` in {seen}"));
    Ok(Measured { steps_per_s: number("steps_per_second")?, cpu_ms_per_step: number("cpu_ms_per_step")? })
}

fn bare(examples: &Path) -> anyhow::Result<Measured> {
    let folder = folder()?;
    let mut command = Command::new(examples.join("bench_commits"));
    command.arg(STEPS).current_dir(folder.path());
    let before = children_cpu()?;
    let seen = json_of(&mut command)?;
    let cpu = (children_cpu()? - before).as_secs_f64() * 1000.0;
    let commits = |name: &str| seen[name].as_f64().with_context(|| format!("no `{name}` in {seen}"));
    Ok(Measured { steps_per_s: commits("commits_per_second")?, cpu_ms_per_step: cpu / commits("commits")? })
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
