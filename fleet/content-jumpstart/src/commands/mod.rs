//! What the program can be told to do; one file each. Exit status 0 done, 1 failed, 2 wrong configuration.

mod backup;
mod check_config;
mod migrate;
mod serve;

use std::process::ExitCode;

use fleet_kit::commands::{causes, complain, failed, in_runtime, show};
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
