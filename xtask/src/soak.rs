//! `cargo xtask soak`: the long proofs at length, repeatable by seed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use callsheet_servers::{Mariadb, Postgres};

use crate::bench::peers;
use crate::stages::run;
use crate::tree::{cargo, target_folder};

/// How long and from which seed.
#[derive(clap::Args)]
pub struct Options {
    /// How long in all, in equal parts. 0: one story each, to repeat a seed
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// The first seed of each proof; the closing line of each says which comes next
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where peers are, or are to be installed
    #[arg(long, env = "CALLSHEET_PEERS")]
    peers: Option<PathBuf>,
    /// Make the kept results of the `hurl` program anew instead of comparing with them
    #[arg(long)]
    record: bool,
    /// Only this proof
    #[arg(long, value_enum)]
    only: Option<Proof>,
    /// Requests a second of the cycles [default: 2500 with --release, else 500]
    #[arg(long)]
    rate: Option<u32>,
    /// Programs as they are shipped: several times as many stories
    #[arg(long)]
    release: bool,
}

/// A long proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Proof {
    /// The node's code and its conductors under seeded schedules, in simulated time
    Simulation,
    /// Real processes, killed at seeded moments
    Stories,
    /// Releases, deaths and schema changes under load, nobody losing a request; runs only when it is named
    Cycles,
    /// Releases with real processes under load: control plane, edge and instances killed at each event of a rollout
    Rollouts,
    /// Migrations on SQLite, PostgreSQL and MariaDB, killed or cut off at seeded moments; runs only when it is named
    Migrations,
    /// Secrets rotated while logins go on, Callsheet killed at seeded moments: at least 1,000; runs only when it is named
    Rotations,
    /// Backups damaged, exchanged and forged a hundred times, and a hundred whole ones; needs no time and no seed, so it runs only when it is named
    Backups,
    /// What holds for any text and any history, on texts and histories drawn anew; runs only when it is named
    Properties,
    /// Two hundred people edit one film on two instances while Redis is lost; needs no time and no seed, so it runs only when it is named
    Collaboration,
    /// HTTP flows through ours and the `hurl` program; needs no time and no seed, so it runs only when it is named
    Flows,
}

/// The programs that prove, apart from what is built later: a soak takes an hour, and somebody may build meanwhile.
struct Programs {
    folder: PathBuf,
}

impl Programs {
    fn build(release: bool) -> anyhow::Result<Programs> {
        let mut build = cargo();
        build.args([
            "build",
            "--quiet",
            "-p",
            "callsheet",
            "-p",
            "callsheet-simulation",
            "-p",
            "callsheet-e2e",
            "-p",
            "asset-manager",
            "--bins",
        ]);
        if release {
            build.args(["--profile", "dist"]);
        }
        run(&mut build)?;
        let target = target_folder()?;
        let folder = target.join(format!("soak-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let programs = Programs { folder };
        for name in [
            "callsheet",
            "simulate",
            "crash-stories",
            "rollout-stories",
            "rotation-stories",
            "cycles",
            "shop",
            "asset-manager",
        ] {
            let built = target.join(if release { "dist" } else { "debug" }).join(name);
            std::fs::copy(&built, programs.path(name)).with_context(|| format!("cannot copy {}", built.display()))?;
        }
        Ok(programs)
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::join(&self.folder, name)
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("cannot remove {}: {error}", self.folder.display());
        }
    }
}

impl Proof {
    /// Proves it; an error where a promise was broken.
    fn prove(self, programs: &Programs, options: &Options, minutes: u64) -> anyhow::Result<()> {
        match self {
            Proof::Flows => run(&mut flows(options)?),
            Proof::Migrations => migrations(options, minutes),
            Proof::Backups => run(&mut backups()),
            Proof::Properties => properties(options, minutes),
            Proof::Collaboration => run(&mut collaboration()),
            Proof::Simulation => run(&mut seeded(&programs.path("simulate"), options, minutes)),
            Proof::Stories => run(&mut seeded(&programs.path("crash-stories"), options, minutes)),
            Proof::Cycles => run(&mut cycles(programs, options, minutes)),
            Proof::Rollouts => run(&mut seeded(&programs.path("rollout-stories"), options, minutes)),
            Proof::Rotations => run(&mut rotations(programs, options, minutes)),
        }
    }
}

/// A program that proves by seeds, with its arguments.
fn seeded(program: &Path, options: &Options, minutes: u64) -> Command {
    let (seed, seconds) = (options.seed.to_string(), (minutes * 60).to_string());
    // A seed without time is one to repeat: alone, so that nothing else disturbs it.
    let workers = if minutes == 0 { "1" } else { "2" };
    let mut command = Command::new(program);
    command.args([seed.as_str(), &seconds, workers]).env("CALLSHEET_PROGRAMS_BUILT", "1");
    command
}

/// On each engine about as many stories as seconds; one story if there is no time.
fn migrations(options: &Options, minutes: u64) -> anyhow::Result<()> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", "callsheet-databases", "--bins"]);
    if options.release {
        build.arg("--release");
    }
    run(&mut build)?;
    let built = target_folder()?.join(if options.release { "release" } else { "debug" });
    let (seed, stories) = (options.seed.to_string(), (minutes * 60 / 3).max(1).to_string());
    let tell = |url: &str| run(Command::new(built.join("migration-crashes")).args([url, &seed, &stories]));
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    tell(&format!("sqlite:{}", folder.path().join("a.db").display()))?;
    tell(&Postgres::start(&[]).fresh_database())?;
    tell(&Mariadb::start().url())
}

/// A thousand, and as many more as fit; a story of each kind if there is no time.
fn rotations(programs: &Programs, options: &Options, minutes: u64) -> Command {
    let mut command = Command::new(programs.path("rotation-stories"));
    let least = if minutes == 0 { 0 } else { 1000 };
    command.args([options.seed, minutes * 60, least].map(|number| number.to_string()));
    command.env("CALLSHEET_PROGRAMS_BUILT", "1");
    command
}

/// As many rounds as fit, each with a seed of its own; one if there is no time.
fn properties(options: &Options, minutes: u64) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut seed = options.seed;
    loop {
        let mut command = cargo();
        command.args(["test", "--quiet", "--lib", "--bins", "--tests"]);
        for package in ["runbook", "flow", "redact", "engine", "adopt"] {
            command.arg("--package").arg(format!("callsheet-{package}"));
        }
        command.args(["--package", "film-studio", "--"]).args(PROPERTIES).env("PROPTEST_RNG_SEED", seed.to_string());
        run(&mut command).with_context(|| format!("a property does not hold; `--seed {seed}` draws the same again"))?;
        seed += 1;
        if began.elapsed().as_secs() >= minutes * 60 {
            println!("{} rounds hold; the next seed is {seed}", seed - options.seed);
            return Ok(());
        }
    }
}

/// The names, or parts of names, of the tests that draw what they look at.
const PROPERTIES: [&str; 12] = [
    "any_mixture_is_read",
    "any_text_is_read",
    "any_script_is_read",
    "pieces_in_any_order",
    "any_characters",
    "no_text_makes_it_panic",
    "no_secret_in_any_spelling",
    "text_without_secrets_passes",
    "promises_hold_in_every_history",
    "impossible_events_change_nothing",
    "adopting_twice_is_adopting_once",
    "without_flows_text_is_only_added",
];

/// The test that stands as a sample among the others, at length.
fn backups() -> Command {
    let mut command = cargo();
    command.args([
        "test",
        "--quiet",
        "--package",
        "callsheet-backup-tools",
        "--test",
        "backups",
        "corruption",
        "--",
        "--nocapture",
    ]);
    command.env("CALLSHEET_BACKUP_CORRUPTIONS", "101");
    command
}

/// The test that stands with twenty people among the others.
fn collaboration() -> Command {
    let mut command = cargo();
    command.args(["test", "--package", "video-editor", "--test", "service", "people_on_two_instances"]);
    command.env("VIDEO_EDITOR_PEOPLE", "200");
    command
}

/// As many cycles as fit, or the first rounds of a seed that is to be repeated.
fn cycles(programs: &Programs, options: &Options, minutes: u64) -> Command {
    let mut command = Command::new(programs.path("cycles"));
    let rate = options.rate.unwrap_or(if options.release { 2500 } else { 500 });
    command.args(["--seed", &options.seed.to_string(), "--rate", &rate.to_string()]);
    command.args(["--minutes", &minutes.to_string()]).env("CALLSHEET_PROGRAMS_BUILT", "1");
    command
}

/// The kept results of the `hurl` program against the program itself.
fn flows(options: &Options) -> anyhow::Result<Command> {
    let peers = options.peers.clone().unwrap_or_else(peers::folder);
    let mut command = cargo();
    command.args(["test", "--quiet", "--package", "callsheet-actions", "--test", "hurl_program"]);
    command.env("CALLSHEET_HURL", peers::hurl(&peers)?);
    if options.record {
        command.env("CALLSHEET_HURL_RECORD", "1");
    }
    Ok(command)
}

/// Runs the proofs one after the other. The first broken promise of each ends it, with its seed on the screen.
pub fn run_all(options: &Options) -> anyhow::Result<()> {
    let programs = Programs::build(options.release)?;
    let proofs = options.only.map_or(vec![Proof::Simulation, Proof::Stories, Proof::Rollouts], |only| vec![only]);
    let minutes = options.minutes / proofs.len() as u64;
    let mut broken = Vec::new();
    for proof in proofs {
        println!("── {proof:?}, {minutes} minutes from seed {}", options.seed);
        let began = Instant::now();
        if let Err(error) = proof.prove(&programs, options, minutes) {
            eprintln!("error: {error:#}");
            broken.push(format!("{proof:?}"));
        }
        println!("── {proof:?} took {:.0} s", began.elapsed().as_secs_f64());
    }
    if !broken.is_empty() {
        bail!("promises were broken in: {}; the seeds stand above", broken.join(", "));
    }
    Ok(())
}
