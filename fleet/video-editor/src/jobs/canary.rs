//! A canary for codecs: a moment is rendered with each encoder and read again, before people's work is.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::ffmpeg::Ffmpeg;
use crate::render::Format;

/// How one format fared.
#[derive(Debug, Serialize)]
pub struct CanaryResult {
    pub format: Format,
    pub encoder: &'static str,
    pub works: bool,
    pub took_ms: u64,
    /// Why it does not work.
    pub reason: Option<String>,
}

/// How all fared.
#[derive(Debug, Serialize)]
pub struct CanaryReport {
    pub works: bool,
    pub acceleration: Option<String>,
    pub formats: Vec<CanaryResult>,
}

const CANARY_MOST: Duration = Duration::from_secs(20);

/// Renders half a second with each encoder; AV1 only where experimental codecs are on.
pub async fn canary(ffmpeg: &Ffmpeg, experimental: bool) -> CanaryReport {
    let mut formats = vec![Format::Mp4, Format::Webm];
    if experimental {
        formats.push(Format::Av1);
    }
    let mut results = Vec::new();
    for format in formats {
        let started = Instant::now();
        let failed = attempt(ffmpeg, format).await.err();
        results.push(CanaryResult {
            format,
            encoder: format.encoder(),
            works: failed.is_none(),
            took_ms: started.elapsed().as_millis() as u64,
            reason: failed,
        });
    }
    let works = results.iter().all(|result| result.works);
    metrics::gauge!("ffmpeg_codecs_work").set(if works { 1.0 } else { 0.0 });
    CanaryReport { works, acceleration: ffmpeg.acceleration().map(str::to_owned), formats: results }
}

async fn attempt(ffmpeg: &Ffmpeg, format: Format) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("a folder cannot be made: {error}"))?;
    let made = folder.path().join(format!("canary.{}", format.ending()));
    let encoder = ffmpeg.encoder(format.encoder());
    let mut arguments: Vec<String> = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=s=160x90:r=10:d=0.5",
        "-f",
        "lavfi",
        "-i",
        "sine=d=0.5:r=48000",
        "-c:v",
        &encoder,
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        format.audio_encoder(),
        "-t",
        "0.5",
    ]
    .iter()
    .map(|word| (*word).to_owned())
    .collect();
    arguments.push(made.display().to_string());
    ffmpeg.run(&arguments, Path::new("/"), CANARY_MOST, |_| {}).await.map_err(|error| error.to_string())?;
    let probed = ffmpeg.probe(&made.display().to_string()).await.map_err(|error| error.to_string())?;
    if probed.has_video && probed.has_audio && (400..900).contains(&probed.duration_ms) {
        return Ok(());
    }
    Err(format!("what was rendered is not what was asked for: {probed:?}"))
}
