//! `cargo xtask bench`: measures programs as they are shipped, beside peers where there are any, and prints Markdown for `bench/README.md`.

mod backups;
mod contest;
mod edge;
mod edge_proxies;
mod flows;
mod idle;
mod machine;
mod measured;
mod migrations;
pub mod peers;
mod reading;
mod resume;
mod rot;
mod services;
mod shell;
mod size;
mod steps;

use std::path::PathBuf;

use clap::ValueEnum as _;

use crate::stages::run;
use crate::tree::{cargo, target_folder};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Which measurements; all when none is named
    #[arg(value_enum)]
    names: Vec<Measurement>,
    /// How often each contestant has its turn
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Of the fleet's services only these
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// Where the peers' packages are, or are to be installed
    #[arg(long, env = "CALLSHEET_PEERS")]
    peers: Option<PathBuf>,
    /// Measure what is built already, whatever it was built from
    #[arg(long)]
    as_built: bool,
}

/// One measurement. Its file says how it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Measurement {
    /// Native durable steps beside bare commits, DBOS and Restate
    Steps,
    /// Shell steps beside a bare loop and Ansible
    Shell,
    /// HTTP flows beside the `hurl` program
    Flows,
    /// Backups beside the tools that read the databases
    Backups,
    /// 500 migrations beside `psql` and `sqlite3`, which must be installed
    Migrations,
    /// Replay of a journal of 100,000 events
    Resume,
    /// A runbook of 1 MB, read and planned
    Reading,
    /// Rot that `check --probe` finds
    Rot,
    /// The binary's size
    Size,
    /// Memory of an idle `serve`
    Idle,
    /// The services of the fleet under load, and their memory when idle
    Services,
    /// A table of 5,000,000 rows whose schema changes under pgbench, by a build for development
    Schema,
    /// The edge beside nginx, HAProxy and Caddy, which must be installed
    Edge,
}

/// What every measurement is given.
pub struct Bench {
    /// Folder of our programs as they are shipped.
    pub built: PathBuf,
    /// Folder of the peers' packages.
    pub peers: PathBuf,
    /// Turns of each contestant.
    pub rounds: u32,
}

/// As programs are shipped: what is spent in many small crates is optimised together.
pub const SHIPPED: [&str; 4] = ["build", "--quiet", "--profile", "dist"];

/// What takes its time there is the database.
const SCHEMA: [&str; 7] = ["run", "--quiet", "--package", "callsheet-e2e", "--bin", "schema-under-load", "--"];

/// Builds the programs, then measures.
pub fn run_all(options: &Options) -> anyhow::Result<()> {
    let names = if options.names.is_empty() { Measurement::value_variants() } else { &options.names };
    if !options.as_built {
        build(names)?;
    }
    let peers = options.peers.clone().unwrap_or_else(peers::folder);
    let bench = Bench { built: target_folder()?.join("dist"), peers, rounds: options.rounds.max(1) };
    println!("{}\n", machine::describe());
    for name in names {
        match name {
            Measurement::Steps => steps::measure(&bench)?,
            Measurement::Shell => shell::measure(&bench)?,
            Measurement::Flows => flows::measure(&bench)?,
            Measurement::Backups => backups::measure(&bench)?,
            Measurement::Migrations => migrations::measure(&bench)?,
            Measurement::Resume => resume::measure(&bench)?,
            Measurement::Reading => reading::measure(&bench)?,
            Measurement::Rot => rot::measure(&bench)?,
            Measurement::Size => size::measure(&bench)?,
            Measurement::Idle => idle::measure(&bench)?,
            Measurement::Services => services::measure(&bench, &options.services)?,
            Measurement::Schema => run(cargo().args(SCHEMA))?,
            Measurement::Edge => edge::measure(&bench)?,
        }
    }
    Ok(())
}

/// What these measurements start.
fn build(names: &[Measurement]) -> anyhow::Result<()> {
    if names.contains(&Measurement::Edge) {
        let edge = ["--package", "callsheet-edge", "--bins", "--example", "edge_bench"];
        run(cargo().args(SHIPPED).args(edge))?;
    }
    // The services and the schema's program are built by their own measurements.
    if names.iter().all(|name| matches!(name, Measurement::Edge | Measurement::Services | Measurement::Schema)) {
        return Ok(());
    }
    run(cargo().args(SHIPPED).args(["--package", "callsheet", "--bins"]))?;
    let packages = ["callsheet-node", "callsheet-plan", "callsheet-servers"];
    run(cargo().args(SHIPPED).args(packages.iter().flat_map(|name| ["--package", name])).arg("--examples"))
}
