//! System A: story universes, their elements and components, behind an API and pages.
#![allow(missing_docs, reason = "a binary: its reader has the code before them")]

mod api;
mod commands;
mod config;
mod identity;
mod media;
mod migrations;
mod pages;
mod pictures;
mod snapshots;
mod state;
mod store;
mod story;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fleet_kit::migrations::Migrate;

/// Story universes, their elements and components.
#[derive(Parser)]
#[command(name = "asset-manager", disable_version_flag = true)]
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
    /// Move the database's schema.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Copy the database to a new file while the service runs, with an inventory beside it.
    Backup {
        /// The file to write; it must not exist.
        to: PathBuf,
    },
    /// Tell what of a backup is missing now and was not deleted by anybody.
    Compare {
        /// A file that `backup` wrote.
        with: PathBuf,
    },
    /// Put the database back to a backup. With PostgreSQL the service must not run.
    Restore {
        /// A file that `backup` wrote.
        from: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.version {
        return commands::show_version();
    }
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => commands::serve(),
        Command::CheckConfig => commands::check_config(),
        Command::Migrate(what) => commands::migrate(&what),
        Command::Backup { to } => commands::backup(&to),
        Command::Compare { with } => commands::compare(&with),
        Command::Restore { from } => commands::restore(&from),
    }
}
