//! `check-config`.

use std::process::ExitCode;

use fleet_kit::config::Settings;

use super::{complain, show};
use crate::config::Config;
use crate::generation::Generation;

/// Shows every setting with its origin, or every fault.
pub(super) fn check_config(generation: Generation) -> ExitCode {
    match Config::read(Settings::from_process(), generation) {
        Ok((_, shown)) => {
            let width = shown.iter().map(|setting| setting.name.len()).max().unwrap_or(0);
            let lines = shown
                .iter()
                .map(|setting| format!("{:width$}  {}  [{}]\n", setting.name, setting.value, setting.origin));
            show(&(lines.collect::<String>() + "configuration is valid\n"))
        }
        Err(faults) => complain(&faults.to_string(), 2),
    }
}
