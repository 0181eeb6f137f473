//! What the program can be told to do; one file each. Exit status 0 done, 1 failed, 2 wrong configuration.

mod backup;
mod check_config;
mod migrate;
mod serve;

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use fleet_kit::config::Settings;

use crate::config::Config;

pub use backup::backup;
pub use check_config::check_config;
pub use migrate::migrate;
pub use serve::serve;

/// `--version`.
pub fn show_version() -> ExitCode {
    show(&format!("content-jumpstart {}\n", crate::release::running()))
}

/// Reads the configuration or tells every fault.
fn configured() -> Result<Config, ExitCode> {
    Config::read(Settings::from_process()).map(|(config, _)| config).map_err(|faults| complain(&faults.to_string(), 2))
}

/// Writes data to standard output.
fn show(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Writes to standard error and gives the exit status.
fn complain(text: &str, status: u8) -> ExitCode {
    eprintln!("{text}");
    ExitCode::from(status)
}

/// An error, what it happened to and what to do.
fn failed(what: impl Display, cause: impl Display, hint: &str) -> ExitCode {
    complain(&format!("error: {what}\n  Caused by: {cause}\n\nhint: {hint}"), 1)
}

/// Runs a short piece of work that waits for the database.
fn in_runtime<T>(work: impl Future<Output = T>) -> Result<T, std::io::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}

/// The error and what caused it, in one line.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}
