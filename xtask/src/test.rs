//! `cargo xtask test`: everything that must hold before a change lands.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::corpus;
use crate::reference;
use crate::stages::{Stages, run};
use crate::tidy;
use crate::tree::{cargo, root};

/// What to prove.
#[derive(clap::Args)]
pub struct Options {
    /// Only format, rules and lints: a look before committing
    #[arg(long)]
    quick: bool,
}

/// Runs all stages, then fails if one did.
pub fn run_all(options: &Options) -> anyhow::Result<()> {
    let mut stages = Stages::default();
    stages.stage("format", || run(cargo().args(["fmt", "--all", "--check"])));
    stages.stage("rules of the house", tidy::run);
    stages.stage("lints", || {
        run(cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
    });
    if !options.quick {
        run_programs(&mut stages);
    }
    stages.close()
}

/// The stages that need everything built.
fn run_programs(stages: &mut Stages) {
    stages.stage("programs", || run(cargo().args(["build", "--workspace", "--bins", "--quiet"])));
    run_tests(stages);
    let examples = ["test", "--workspace", "--doc", "--quiet"];
    stages.stage("examples in the documentation", || run(cargo().args(examples)));
    stages.stage("reference pages", reference::check);
    match labelled_runbooks() {
        Some(folder) => stages.stage("labelled runbooks", || corpus::run(&folder, corpus::Format::Text, false)),
        None => stages.skip("labelled runbooks", "no folder of labels; `$CALLSHEET_CORPUS` names one"),
    }
}

/// Runs the tests, and notes what they say this machine does not permit.
fn run_tests(stages: &mut Stages) {
    let note = root().join("target").join("skipped-by-tests");
    stages.stage("tests", || {
        if let Some(folder) = note.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&note, "")?;
        run(tests().env("CALLSHEET_SKIPPED", &note))
    });
    for reason in std::fs::read_to_string(&note).unwrap_or_default().lines() {
        stages.skip("part of the tests", reason);
    }
}

/// A folder of hand-labelled runbooks: where `$CALLSHEET_CORPUS` says, else `shared/corpus` beside the checkout, if it is there.
fn labelled_runbooks() -> Option<PathBuf> {
    let folder = std::env::var_os("CALLSHEET_CORPUS").map_or_else(|| root().join("../shared/corpus"), PathBuf::from);
    folder.join("labels").is_dir().then_some(folder)
}

/// The tests' own runner: nextest if it is installed, else cargo's.
fn tests() -> Command {
    let mut command = cargo();
    if has_nextest() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "slow"]);
        // How often, how long and how many at once: `.config/nextest.toml`.
        command.args(["--final-status-level", "flaky", "--cargo-quiet"]);
    } else {
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    // The programs were built by the stage before; the stories need not build them again.
    command.env("CALLSHEET_PROGRAMS_BUILT", "1").stdin(Stdio::null());
    // The same drawn texts in every run: what fails is a change's fault. `cargo xtask soak --only properties` draws others.
    command.env("PROPTEST_RNG_SEED", "1");
    // Times within which something is noticed are promises to a machine that has them to itself: `cargo xtask soak` holds them.
    command.env("CALLSHEET_PATIENCE", "4");
    command
}

fn has_nextest() -> bool {
    let mut command = cargo();
    command.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
