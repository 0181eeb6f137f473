//! The project's own commands, run as `cargo xtask NAME`.
#![allow(clippy::print_stdout, reason = "a command's results go to stdout")]

mod bench;
mod corpus;
mod demo;
mod reference;
mod soak;
mod stages;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Proves the whole checkout: format, lints, tests, rules, samples of the long proofs
    Test(test::Options),
    /// Runs the long proofs at length, repeatable by seed
    Soak(soak::Options),
    /// Measures the reader against a folder of hand-labelled runbooks
    Corpus {
        /// Folder with `labels/`, `public/` and `seeds/`
        dir: std::path::PathBuf,
        /// How to print the measures
        #[arg(long, value_enum, default_value = "text")]
        format: corpus::Format,
        /// Print every difference with its place
        #[arg(long)]
        verbose: bool,
    },
    /// Runs a real runbook against a real service, through a kill -9
    Demo(demo::Options),
    /// Measures programs as they are shipped, beside peers where there are any
    Bench(bench::Options),
    /// Checks the project's own rules (layers, purity of core, documents)
    Tidy,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Test(options) => test::run_all(&options),
        Command::Soak(options) => soak::run_all(&options),
        Command::Corpus { dir, format, verbose } => corpus::run(&dir, format, verbose),
        Command::Demo(options) => demo::play(&options),
        Command::Bench(options) => bench::run_all(&options),
        Command::Tidy => tidy::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
