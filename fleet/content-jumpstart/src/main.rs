//! System B: clients, briefs, and thirty posts from each brief, behind an API and an operator's dashboard.
#![allow(missing_docs, reason = "a binary: its reader has the code before them")]

mod api;
mod commands;
mod config;
mod delivery;
mod dependencies;
mod generation;
mod migrations;
mod quality;
mod release;
mod state;
mod store;
mod studio;
mod web;
mod writing;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fleet_kit::migrations::Migrate;

/// Clients, briefs, and thirty posts from each brief.
#[derive(Parser)]
#[command(name = "content-jumpstart", disable_version_flag = true)]
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
    /// Move the database's schema, where `callsheet migrate` does not keep its history.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Copy a SQLite database to a new file while the service runs, and check the copy.
    Backup {
        /// The file to write; it must not exist.
        to: std::path::PathBuf,
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
    }
}
