//! What `ffprobe` tells of a file, and whether that is media we take.

use std::time::Duration;

use serde::Deserialize;

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// 0 of a picture.
    pub duration_ms: i64,
    pub width: i32,
    pub height: i32,
    pub has_video: bool,
    pub has_audio: bool,
    /// Frames a second, rounded; 0 without a picture.
    pub fps: i32,
}

/// Why a file is refused; for people.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    #[error("the file is damaged or no media: {0}")]
    Damaged(String),
    #[error("the file is {0} s long; {1} s is the most")]
    TooLong(i64, u64),
    #[error("the picture is {0} × {1}; 8192 on each side and 36 million pixels are the most")]
    TooLarge(i64, i64),
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    width: Option<i64>,
    height: Option<i64>,
    duration: Option<String>,
    avg_frame_rate: Option<String>,
}

const SIDE_MOST: i64 = 8192;
const PIXELS_MOST: i64 = 36_000_000;
const STREAMS_MOST: usize = 16;

/// From `ffprobe -of json -show_streams -show_format`.
pub fn parse(json: &[u8]) -> Result<Probed, Unsound> {
    let told: Told = serde_json::from_slice(json).map_err(|error| Unsound::Damaged(error.to_string()))?;
    if told.streams.is_empty() || told.streams.len() > STREAMS_MOST {
        return Err(Unsound::Damaged(format!("it has {} streams", told.streams.len())));
    }
    let of_kind = |kind: &str| told.streams.iter().find(|stream| stream.codec_type.as_deref() == Some(kind));
    let (video, audio) = (of_kind("video"), of_kind("audio"));
    let (width, height) = video.map_or((0, 0), |stream| (stream.width.unwrap_or(0), stream.height.unwrap_or(0)));
    if width > SIDE_MOST || height > SIDE_MOST || width * height > PIXELS_MOST {
        return Err(Unsound::TooLarge(width, height));
    }
    let seconds = told.format.duration.as_deref().or_else(|| video.or(audio)?.duration.as_deref());
    let seconds =
        seconds.and_then(|text| text.parse::<f64>().ok()).filter(|s| s.is_finite() && *s >= 0.0).unwrap_or(0.0);
    Ok(Probed {
        duration_ms: (seconds * 1000.0).round() as i64,
        width: width as i32,
        height: height as i32,
        has_video: width > 0 && height > 0,
        has_audio: audio.is_some(),
        fps: video.and_then(|stream| rate(stream.avg_frame_rate.as_deref()?)).unwrap_or(0),
    })
}

fn rate(text: &str) -> Option<i32> {
    let (frames, seconds) = text.split_once('/')?;
    let rate = frames.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
    rate.is_finite().then_some(rate.round() as i32)
}

/// Whether what was found is what a file of this kind must have.
pub fn judge(probed: Probed, kind: &str, duration_most: Duration) -> Result<Probed, Unsound> {
    let lacking = match kind {
        "audio" => (!probed.has_audio).then_some("it holds no sound"),
        "image" => (!probed.has_video).then_some("it holds no picture"),
        _ => (!probed.has_video).then_some("it holds no film"),
    };
    if let Some(lacking) = lacking {
        return Err(Unsound::Damaged(lacking.to_owned()));
    }
    if kind == "image" {
        return Ok(Probed { duration_ms: 0, has_audio: false, ..probed });
    }
    if probed.duration_ms <= 0 {
        return Err(Unsound::Damaged("it does not tell how long it is".to_owned()));
    }
    if probed.duration_ms as u128 > duration_most.as_millis() {
        return Err(Unsound::TooLong(probed.duration_ms / 1000, duration_most.as_secs()));
    }
    Ok(probed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: &[u8] = br#"{"streams":[{"codec_type":"video","width":320,"height":180,"avg_frame_rate":"30000/1001"},
        {"codec_type":"audio"}],"format":{"duration":"2.040000"}}"#;

    #[test]
    fn a_film_is_told_with_its_length_and_size() {
        let film = parse(FILM).unwrap();
        let wanted = Probed { duration_ms: 2040, width: 320, height: 180, has_video: true, has_audio: true, fps: 30 };
        assert_eq!(film, wanted);
        assert_eq!(judge(film, "video", Duration::from_secs(2)), Err(Unsound::TooLong(2, 2)));
        assert_eq!(judge(film, "image", Duration::from_secs(2)).unwrap().duration_ms, 0);
    }

    #[test]
    fn bombs_and_empty_files_are_refused() {
        let bomb = br#"{"streams":[{"codec_type":"video","width":65535,"height":65535}]}"#;
        assert_eq!(parse(bomb), Err(Unsound::TooLarge(65535, 65535)));
        for empty in [&b"{}"[..], b"", br#"{"streams":[{}],"format":{"duration":"NaN"}}"#] {
            assert!(parse(empty).and_then(|found| judge(found, "audio", Duration::MAX)).is_err());
        }
    }
}
