//! What the program can be told to do; one file each. Exit status 0 done, 1 failed, 2 wrong configuration.

mod check_config;
mod health;
mod migrate;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fleet_kit::commands::{causes, complain, failed, in_runtime, show};
use fleet_kit::config::Settings;

use crate::config::{Config, is_plain};
use crate::release::Release;

/// Film projects from script to day sheet.
#[derive(Parser)]
#[command(name = "film-studio", disable_version_flag = true)]
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
    /// Say whether the database's schema fits this release; exit status 1 if it does not.
    Schema,
    /// Move the database's schema. `callsheet migrate` does the same with the files in `migrations`.
    #[command(subcommand)]
    Migrate(Migrate),
}

#[derive(Subcommand)]
enum Migrate {
    /// Up to what this release needs; what it no longer needs stays for the release before.
    Up,
    /// To a revision, up or down.
    To {
        /// Its number; 0 is an empty database.
        revision: u32,
    },
    /// Show every revision that was applied, and when.
    Status,
}

/// Does what the arguments say.
pub fn run(release: Release) -> ExitCode {
    // One TLS provider for every client of the process; that it was installed before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    if arguments.version {
        let given = std::env::var("FILM_STUDIO_VERSION").ok().filter(|given| is_plain(given));
        return show(&format!("film-studio {}\n", given.as_deref().unwrap_or(release.version())));
    }
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(release),
        Command::CheckConfig => check_config::check_config(release),
        Command::Schema => migrate::schema(release),
        Command::Migrate(what) => migrate::migrate(release, &what),
    }
}

/// Reads the configuration or tells every fault.
fn configured(release: Release) -> Result<Config, ExitCode> {
    let read = Config::read(Settings::from_process(), release);
    read.map(|(config, _)| config).map_err(|faults| complain(&faults.to_string(), 2))
}
