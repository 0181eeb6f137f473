//! `canary`.

use std::process::ExitCode;

use fleet_kit::Faults;

use super::{configured, failed, in_runtime, show};
use crate::generation::Generation;
use crate::jobs::{self, Ffmpeg};

/// Shows how each codec fared.
pub(super) fn canary(generation: Generation) -> ExitCode {
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let ffmpeg = Ffmpeg::new(config.ffmpeg.clone(), Faults::new(None, Vec::new()));
    let hint = "see `ffmpeg -encoders`; the packages `ffmpeg` of Debian have every codec that is needed";
    let report = match in_runtime(jobs::canary(&ffmpeg, config.ffmpeg.experimental_codecs)) {
        Ok(report) => report,
        Err(error) => return failed("the canary cannot be run", error, hint),
    };
    let lines = report.formats.iter().map(|one| {
        let verdict =
            one.reason.as_ref().map_or_else(|| format!("works ({} ms)", one.took_ms), |why| format!("fails: {why}"));
        format!("{:<12} {verdict}\n", one.encoder)
    });
    let told = show(&lines.collect::<String>());
    if report.works { told } else { failed("a codec does not work", "its line above says why", hint) }
}
