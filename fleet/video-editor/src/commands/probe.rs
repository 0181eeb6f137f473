//! `probe`: whether database, Redis and FFmpeg answer with these settings, apart from any service that runs.

use std::process::ExitCode;

use fleet_kit::Faults;
use fleet_kit::health::Dependency;
use fleet_kit::redis::Redis;

use super::{complain, configured, failed, in_runtime, show, store};
use crate::generation::Generation;
use crate::jobs::Ffmpeg;

/// Tells of each on a line.
pub(super) fn probe(generation: Generation) -> ExitCode {
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let asked = in_runtime(async {
        let none = || Faults::new(None, Vec::new());
        let mut answers = Vec::new();
        match store(&config, generation) {
            Ok(store) => answers.push(("database", store.check().await.map(drop).map_err(|error| error.to_string()))),
            Err(status) => return Err(status),
        }
        if let Some(url) = &config.redis {
            let asked = async { Redis::open(url, none())?.ping().await };
            answers.push(("redis", asked.await.map_err(|error| error.to_string())));
        }
        let ffmpeg = Ffmpeg::new(config.ffmpeg.clone(), none());
        // Whoever probes has more patience than health.
        ffmpeg.warm().await;
        answers.push(("ffmpeg", ffmpeg.check().await.map(drop)));
        Ok(answers)
    });
    let answers = match asked {
        Ok(Ok(answers)) => answers,
        Ok(Err(status)) => return status,
        Err(error) => return failed("nobody can be asked", error, "try again"),
    };
    let line = |(name, answer): &(&str, Result<(), String>)| match answer {
        Ok(()) => format!("{name:<9} answers\n"),
        Err(why) => format!("{name:<9} does not answer: {why}\n"),
    };
    let text: String = answers.iter().map(line).collect();
    if answers.iter().all(|(_, answer)| answer.is_ok()) { show(&text) } else { complain(text.trim_end(), 1) }
}
