//! What each kind of job does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::ffmpeg::{Ffmpeg, FfmpegError, Probing};
use crate::ids::AssetId;
use crate::media::MediaFolder;
use crate::render::{FONT_FILE, Material, Wish, picture_of, recipe};
use crate::store::{Asset, Claim, JobKind, Outcome, Store, StoreError};

/// What a worker works with.
pub struct Bench {
    pub store: Store,
    pub media: MediaFolder,
    pub ffmpeg: Arc<Ffmpeg>,
}

/// Why an attempt did not succeed.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// Another attempt may fare better.
    #[error("{0}")]
    Passing(String),
    /// None will.
    #[error("{0}")]
    Lasting(String),
}

impl From<FfmpegError> for Trouble {
    fn from(error: FfmpegError) -> Trouble {
        Trouble::Passing(error.to_string())
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Passing(error.to_string())
    }
}

impl From<Probing> for Trouble {
    fn from(error: Probing) -> Trouble {
        Trouble::Passing(error.to_string())
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        Trouble::Passing(format!("a file cannot be written: {error}"))
    }
}

/// The sound is drawn with so many points a second.
const POINTS_PER_SECOND: usize = 20;
const SAMPLE_RATE: u32 = 8000;
const POINTS_MOST: usize = 20_000;
/// How much longer or shorter than the timeline an export may be: two frames, and what sound is packed in.
const DRIFT_MOST_MS: i64 = 150;
const FONT: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../kit/fonts/DejaVuSans.ttf"));

/// Does the job; `far` tells how many milliseconds of the result are there.
pub(super) async fn perform(bench: &Bench, claim: &Claim, far: &AtomicI64) -> Outcome {
    let done = match claim.kind {
        JobKind::Thumbnail => thumbnail(bench, claim).await,
        JobKind::Waveform => waveform(bench, claim).await,
        JobKind::Preview | JobKind::Export => render(bench, claim, far).await,
    };
    match done {
        Ok(output) => Outcome::Done(output),
        Err(Trouble::Passing(why)) => Outcome::Failed(why),
        Err(Trouble::Lasting(why)) => Outcome::Refused(why),
    }
}

/// How long the result will be.
pub(super) fn duration_ms(claim: &Claim) -> i64 {
    claim.payload["duration_ms"].as_i64().unwrap_or(0)
}

/// Takes away what an attempt left behind.
pub(super) async fn clear(bench: &Bench, claim: &Claim) {
    match tokio::fs::remove_dir_all(bench.media.workshop(claim.id, claim.attempt)).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, job = %claim.id, "a job's workshop stays behind");
        }
        _ => {}
    }
}

async fn workshop(bench: &Bench, claim: &Claim) -> Result<PathBuf, Trouble> {
    let folder = bench.media.workshop(claim.id, claim.attempt);
    tokio::fs::create_dir_all(&folder).await?;
    Ok(folder)
}

async fn asset(bench: &Bench, claim: &Claim) -> Result<Asset, Trouble> {
    let gone = || Trouble::Lasting("the asset was deleted".to_owned());
    bench.store.asset(claim.asset_id.ok_or_else(gone)?).await?.ok_or_else(gone)
}

async fn thumbnail(bench: &Bench, claim: &Claim) -> Result<Value, Trouble> {
    let (asset, folder) = (asset(bench, claim).await?, workshop(bench, claim).await?);
    let made = folder.join("thumbnail.jpg");
    let moment = format!("{:.3}", asset.duration_ms as f64 / 1000.0 * 0.1);
    let mut arguments: Vec<String> = vec![];
    if asset.kind == "video" {
        arguments.extend(["-ss".to_owned(), moment]);
    }
    let (from, to) = (format!("file:{}", bench.media.original(&asset).display()), made.display().to_string());
    let rest = [
        "-i",
        &from,
        "-frames:v",
        "1",
        "-vf",
        "scale=320:320:force_original_aspect_ratio=decrease",
        "-q:v",
        "5",
        "-update",
        "1",
        &to,
    ];
    arguments.extend(rest.iter().map(|word| (*word).to_owned()));
    bench.ffmpeg.run(&arguments, &folder, claim.timeout, |_| {}).await?;
    tokio::fs::rename(&made, bench.media.thumbnail(asset.id)).await?;
    Ok(json!({"file": format!("/media/{}/thumbnail", asset.id)}))
}

async fn waveform(bench: &Bench, claim: &Claim) -> Result<Value, Trouble> {
    let (asset, folder) = (asset(bench, claim).await?, workshop(bench, claim).await?);
    let path = format!("file:{}", bench.media.original(&asset).display());
    let drawn = Duration::from_secs((POINTS_MOST / POINTS_PER_SECOND) as u64);
    let samples = bench.ffmpeg.samples(&path, SAMPLE_RATE, drawn, claim.timeout).await?;
    let points = peaks(&samples);
    let made = folder.join("waveform.json");
    let text = json!({"points_per_second": POINTS_PER_SECOND, "peaks": points}).to_string();
    tokio::fs::write(&made, text).await?;
    tokio::fs::rename(&made, bench.media.waveform(asset.id)).await?;
    Ok(json!({"file": format!("/media/{}/waveform", asset.id), "points": points.len()}))
}

/// The loudest of each stretch, from 0 to 100.
fn peaks(samples: &[u8]) -> Vec<u8> {
    let stretch = 2 * SAMPLE_RATE as usize / POINTS_PER_SECOND;
    let loudest = |bytes: &[u8]| {
        let values = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs());
        (u32::from(values.max().unwrap_or(0)) * 100 / 32_768) as u8
    };
    samples.chunks(stretch).take(POINTS_MOST).map(loudest).collect()
}

async fn render(bench: &Bench, claim: &Claim, far: &AtomicI64) -> Result<Value, Trouble> {
    let wish: Wish = serde_json::from_value(claim.payload["wish"].clone())
        .map_err(|error| Trouble::Lasting(format!("the job cannot be read: {error}")))?;
    let folder = workshop(bench, claim).await?;
    let material = gather(bench, claim, &wish).await?;
    // What fails with hardware may work without.
    let acceleration = bench.ffmpeg.acceleration().filter(|_| claim.attempt == 1);
    let encoder = bench.ffmpeg.encoder(wish.format.encoder());
    let recipe = recipe(&wish, |id| material.get(&id).cloned(), &encoder, acceleration);
    tokio::fs::write(folder.join(FONT_FILE), FONT).await?;
    for (name, text) in &recipe.texts {
        tokio::fs::write(folder.join(name), text).await?;
    }
    let made = folder.join(format!("made.{}", wish.format.ending()));
    let mut arguments = recipe.arguments;
    arguments.push(made.display().to_string());
    bench.ffmpeg.run(&arguments, &folder, claim.timeout, |ms| far.store(ms, Ordering::Relaxed)).await?;
    let told = verify(bench, &made, &wish, recipe.duration_ms).await?;
    let kept = bench.media.rendered(claim.id, wish.format.ending());
    tokio::fs::rename(&made, &kept).await?;
    Ok(told)
}

/// Everything that the timeline shows and that is still there.
async fn gather(bench: &Bench, claim: &Claim, wish: &Wish) -> Result<HashMap<AssetId, Material>, Trouble> {
    let wanted = |id: AssetId| wish.timeline.clips.iter().any(|clip| clip.asset == Some(id));
    let assets = bench.store.assets(claim.project_id).await?;
    let material = assets.into_iter().filter(|asset| wanted(asset.id)).map(|asset| {
        let path = bench.media.original(&asset);
        let (has_video, is_image) = (asset.kind != "audio", asset.kind == "image");
        (asset.id, Material { path, has_video, has_audio: asset.has_audio, is_image })
    });
    Ok(material.collect())
}

/// Whether the file plays and is what was asked for.
async fn verify(bench: &Bench, made: &Path, wish: &Wish, duration_ms: i64) -> Result<Value, Trouble> {
    let probed = bench.ffmpeg.probe(&made.display().to_string()).await?;
    let picture = picture_of(wish);
    let fits = probed.has_audio
        && (probed.width, probed.height) == (picture.width, picture.height)
        && (probed.duration_ms - duration_ms).abs() <= DRIFT_MOST_MS;
    if !fits {
        return Err(Trouble::Passing(format!("what was rendered is not what was asked for: {probed:?}")));
    }
    let size_bytes = tokio::fs::metadata(made).await?.len();
    Ok(json!({
        "format": wish.format,
        "media_type": wish.format.media_type(),
        "ending": wish.format.ending(),
        "duration_ms": probed.duration_ms,
        "width": probed.width,
        "height": probed.height,
        "size_bytes": size_bytes,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_the_loudest_of_each_stretch() {
        let mut samples = vec![0; 2 * SAMPLE_RATE as usize];
        samples[1] = 0x80;
        let peaks = peaks(&samples);
        assert_eq!((peaks.len(), peaks[0], peaks[1]), (POINTS_PER_SECOND, 100, 0));
    }
}
