//! `cargo xtask soak`: the long proofs at length, repeatable by seed, with a report.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::stages::run;
use crate::tree::{cargo, target_folder};

/// How long and from which seed.
#[derive(clap::Args)]
pub struct Options {
    /// How long in all
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// The first seed of every proof; the report's `next_seed` goes on where it stopped
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only this proof
    #[arg(long, value_enum)]
    only: Option<Proof>,
}

/// A long proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Proof {
    /// Real processes, killed at seeded moments
    Stories,
    /// The node's code under seeded schedules, in simulated time
    Simulation,
}

impl Proof {
    /// The program that tells it: `PROGRAM FIRST_SEED SECONDS WORKERS`, closing with one JSON line.
    fn program(self) -> &'static str {
        match self {
            Proof::Stories => "crash-stories",
            Proof::Simulation => "schedules",
        }
    }
}

/// Runs the proofs, half of the time each, and prints what they counted.
pub fn run_all(options: &Options) -> anyhow::Result<()> {
    let proofs = options.only.map_or(vec![Proof::Simulation, Proof::Stories], |only| vec![only]);
    run(cargo().args(["build", "--quiet", "--workspace", "--bins"]))?;
    let each = Duration::from_secs(options.minutes * 60) / proofs.len() as u32;
    let mut reports = Vec::new();
    for proof in proofs {
        let program = proof.program();
        eprintln!("── {program}: {} s from seed {}", each.as_secs(), options.seed);
        let began = Instant::now();
        let report = prove(proof, options.seed, each)?;
        reports.push((program, report, began.elapsed()));
    }
    let mut broken = 0;
    for (program, report, took) in &reports {
        println!("{program}: {report} in {:.0} s", took.as_secs_f64());
        broken += report["broken"].as_u64().unwrap_or(1);
    }
    if broken > 0 {
        bail!("{broken} promises were broken; the lines above name their seeds");
    }
    Ok(())
}

/// One proof's closing JSON line. A proof that breaks still reports.
fn prove(proof: Proof, seed: u64, time: Duration) -> anyhow::Result<Value> {
    let program = proof.program();
    // A seed without time is one to repeat: alone, so that nothing else disturbs it.
    let workers = if time.is_zero() { 1 } else { 2 };
    let mut command = Command::new(target_folder()?.join("debug").join(program));
    command.args([seed, time.as_secs(), workers].map(|number| number.to_string()));
    command.stdin(Stdio::null()).stderr(Stdio::inherit()).env("CALLSHEET_PROGRAMS_BUILT", "1");
    let output = command.output().with_context(|| format!("cannot start {program}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().with_context(|| format!("{program} printed no report ({})", output.status))?;
    serde_json::from_str(last).with_context(|| format!("the report of {program} is no JSON: {last}"))
}
