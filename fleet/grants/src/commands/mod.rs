//! What the program can be told to do; one file each. Exit status 0 done, 1 failed, 2 wrong configuration.

mod add_user;
mod check_config;
mod migrate;
mod probe;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fleet_kit::commands::{causes, complain, failed, in_runtime, show};
use fleet_kit::config::Settings;
use fleet_kit::migrations::Migrate;

use crate::config::Config;
use crate::generation::Generation;

/// Grant documents, beneficiaries and budgets.
#[derive(Parser)]
#[command(name = "grants", disable_version_flag = true)]
struct Arguments {
    /// Print the version that health and logs state.
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests until SIGTERM or SIGINT (the default).
    Serve,
    /// Check the configuration and show every setting; exit status 2 if one is wrong.
    CheckConfig,
    /// Ask the database and Redis with these settings, apart from any service that runs; exit status 1 if one does not answer.
    Probe,
    /// Move the database's schema, where Callsheet does not.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Make an account; the password is read from standard input.
    AddUser {
        /// The address to sign in with.
        email: String,
        /// As shown to others.
        #[arg(long)]
        name: String,
        /// viewer, editor, treasurer or admin.
        #[arg(long, default_value = "viewer")]
        role: String,
    },
}

/// The program of a release.
pub fn run(generation: Generation) -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.version {
        return show(&format!("grants {}\n", crate::version::running(generation)));
    }
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(generation),
        Command::CheckConfig => check_config::check_config(generation),
        Command::Probe => probe::probe(generation),
        Command::Migrate(what) => migrate::migrate(generation, &what),
        Command::AddUser { email, name, role } => add_user::add_user(generation, &email, &name, &role),
    }
}

/// Reads the configuration or tells every fault.
fn configured(generation: Generation) -> Result<Config, ExitCode> {
    let read = Config::read(Settings::from_process(), generation);
    read.map(|(config, _)| config).map_err(|faults| complain(&faults.to_string(), 2))
}
