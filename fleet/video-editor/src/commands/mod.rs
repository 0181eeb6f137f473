//! What the program can be told to do; one file each. Exit status 0 done, 1 failed or found wanting, 2 wrong configuration.

mod add_user;
mod canary;
mod check_config;
mod integrity;
mod migrate;
mod probe;
mod serve;
mod writes;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fleet_kit::Faults;
use fleet_kit::commands::{causes, complain, failed, in_runtime, show};
use fleet_kit::config::Settings;
use fleet_kit::migrations::Migrate;

use crate::config::Config;
use crate::generation::Generation;
use crate::store::Store;

/// Multi-track video projects, edited together, rendered with FFmpeg.
#[derive(Parser)]
#[command(name = "video-editor", disable_version_flag = true)]
struct Arguments {
    /// Print the version that health and logs state.
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests and work on jobs until SIGTERM or SIGINT (the default).
    Serve,
    /// Check the configuration and show every setting; exit status 2 if one is wrong.
    CheckConfig,
    /// Ask database, Redis and FFmpeg with these settings, apart from any service that runs; exit status 1 if one does not answer.
    Probe,
    /// Render a moment with each codec and read it again; exit status 1 if one does not work.
    Canary,
    /// Look for half-migrated rows, missing indexes and documents that cannot be read; exit status 1 if there are any.
    Integrity,
    /// Lock changes, for everybody, or allow them again.
    #[command(subcommand)]
    Writes(Writes),
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
        /// editor or operator.
        #[arg(long, default_value = "editor")]
        role: String,
    },
}

#[derive(Subcommand)]
enum Writes {
    /// Nobody changes anything until `unlock`; reading goes on.
    Lock {
        /// Why; shown to operators.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Changes are possible again.
    Unlock,
    /// Tell which it is.
    Status,
}

/// The program of a release.
pub fn run(generation: Generation) -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.version {
        return show(&format!("video-editor {}\n", crate::version::running(generation)));
    }
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(generation),
        Command::CheckConfig => check_config::check_config(generation),
        Command::Probe => probe::probe(generation),
        Command::Canary => canary::canary(generation),
        Command::Integrity => integrity::integrity(generation),
        Command::Writes(what) => writes::writes(generation, &what),
        Command::Migrate(what) => migrate::migrate(generation, &what),
        Command::AddUser { email, name, role } => add_user::add_user(generation, &email, &name, &role),
    }
}

/// Reads the configuration or tells every fault.
fn configured(generation: Generation) -> Result<Config, ExitCode> {
    let read = Config::read(Settings::from_process(), generation);
    read.map(|(config, _)| config).map_err(|faults| complain(&faults.to_string(), 2))
}

/// The database, for a command that does one thing with it.
fn store(config: &Config, generation: Generation) -> Result<Store, ExitCode> {
    let opened = Store::open(&config.database, 2, Faults::new(None, Vec::new()), generation);
    opened.map_err(|error| {
        failed("the database cannot be opened", error, "`video-editor check-config` shows every setting")
    })
}
