//! A timeline as arguments for FFmpeg. Nothing here runs anything; paths come from ids, texts go through files, so no word of a
//! person's ever is an argument.

mod filters;

pub use filters::FONT_FILE;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::ids::AssetId;
use crate::store::Picture;
use crate::timeline::Timeline;

/// A file that is rendered from.
#[derive(Clone, Debug)]
pub struct Material {
    pub path: PathBuf,
    pub has_video: bool,
    pub has_audio: bool,
    pub is_image: bool,
}

/// How the result is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// H.264 and AAC.
    Mp4,
    /// VP9 and Opus.
    Webm,
    /// AV1 and Opus in MP4; experimental.
    Av1,
}

impl Format {
    pub fn ending(self) -> &'static str {
        match self {
            Format::Mp4 | Format::Av1 => "mp4",
            Format::Webm => "webm",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Format::Mp4 | Format::Av1 => "video/mp4",
            Format::Webm => "video/webm",
        }
    }

    /// The encoder of the picture, as FFmpeg calls it.
    pub fn encoder(self) -> &'static str {
        match self {
            Format::Mp4 => "libx264",
            Format::Webm => "libvpx-vp9",
            Format::Av1 => "libsvtav1",
        }
    }

    pub fn audio_encoder(self) -> &'static str {
        match self {
            Format::Mp4 => "aac",
            Format::Webm | Format::Av1 => "libopus",
        }
    }
}

/// What is to be rendered; kept with the job, so that every attempt renders the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wish {
    pub timeline: Timeline,
    pub picture: Picture,
    pub format: Format,
    /// Small and quick rather than good.
    pub draft: bool,
}

/// A command line but for the program, and the files that it reads texts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    pub arguments: Vec<String>,
    /// Name in the workshop, and content.
    pub texts: Vec<(String, String)>,
    pub duration_ms: i64,
}

/// Longest side of a preview.
const DRAFT_WIDTH: i32 = 640;

/// The picture's size as it will be rendered: even, as encoders want it.
pub fn picture_of(wish: &Wish) -> Picture {
    let Picture { width, height, fps } = wish.picture;
    let (width, height) = if wish.draft && width > DRAFT_WIDTH {
        (DRAFT_WIDTH, (i64::from(height) * i64::from(DRAFT_WIDTH) / i64::from(width)) as i32)
    } else {
        (width, height)
    };
    Picture { width: (width & !1).max(2), height: (height & !1).max(2), fps }
}

/// How to render a wish. `material` tells of an asset that is still there; clips of others are left out. Texts are read from, and
/// the font is, files of the folder in which FFmpeg runs.
pub fn recipe(
    wish: &Wish,
    material: impl Fn(AssetId) -> Option<Material>,
    encoder: &str,
    acceleration: Option<&str>,
) -> Recipe {
    let picture = picture_of(wish);
    let filters = filters::compose(&wish.timeline, picture, &material);
    let mut arguments: Vec<String> = Vec::new();
    let mut add = |words: &[&str]| arguments.extend(words.iter().map(|word| (*word).to_owned()));
    for input in &filters.inputs {
        if let Some(acceleration) = acceleration.filter(|_| !input.material.is_image) {
            add(&["-hwaccel", acceleration]);
        }
        if input.material.is_image {
            add(&["-loop", "1", "-framerate", &picture.fps.to_string()]);
        }
        let (from, long) = (seconds(input.source_in_ms), seconds(input.duration_ms));
        if !input.material.is_image {
            add(&["-ss", &from]);
        }
        add(&["-t", &long, "-i", &format!("file:{}", input.material.path.display())]);
    }
    add(&["-filter_complex", &filters.graph, "-map", "[picture]", "-map", "[sound]"]);
    add(&["-t", &seconds(filters.duration_ms), "-r", &picture.fps.to_string(), "-c:v", encoder, "-pix_fmt", "yuv420p"]);
    match (wish.format, wish.draft) {
        (Format::Mp4, true) => add(&["-preset", "ultrafast", "-crf", "30"]),
        (Format::Mp4, false) => add(&["-preset", "veryfast", "-crf", "20"]),
        (Format::Webm, _) => add(&["-deadline", "realtime", "-cpu-used", "6", "-b:v", "0", "-crf", "34"]),
        (Format::Av1, _) => add(&["-preset", "10", "-crf", "36"]),
    }
    add(&["-c:a", wish.format.audio_encoder(), "-ar", "48000", "-ac", "2"]);
    if wish.format != Format::Webm {
        add(&["-movflags", "+faststart"]);
    }
    add(&["-map_metadata", "-1"]);
    Recipe { arguments, texts: filters.texts, duration_ms: filters.duration_ms }
}

/// Milliseconds as FFmpeg reads them.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn material(_: AssetId) -> Option<Material> {
        Some(Material { path: PathBuf::from("/m/a.mp4"), has_video: true, has_audio: true, is_image: false })
    }

    fn wish(clips: serde_json::Value, draft: bool) -> Wish {
        let tracks = json!({"v": {"kind": "video", "order": 0}, "t": {"kind": "text", "order": 1}});
        let timeline = crate::timeline::read(&tracks, &clips);
        Wish { timeline, picture: Picture { width: 1281, height: 720, fps: 25 }, format: Format::Mp4, draft }
    }

    #[test]
    fn a_text_is_never_an_argument() {
        let hostile = "x':textfile=/etc/passwd;[0:v]drawtext %{pts}\\";
        let recipe = recipe(
            &wish(json!({"c": {"track": "t", "text": hostile, "duration_ms": 1000}}), false),
            material,
            "libx264",
            None,
        );
        assert!(recipe.arguments.iter().all(|word| !word.contains("passwd")));
        assert_eq!(recipe.texts, [("text-0".to_owned(), hostile.to_owned())]);
    }

    #[test]
    fn previews_are_small_and_sides_are_even() {
        let clips = json!({"c": {"track": "v", "asset": uuid::Uuid::from_u128(1), "start_ms": 500, "duration_ms": 1234, "source_in_ms": 5678}});
        let draft = wish(clips.clone(), true);
        assert_eq!(picture_of(&draft), Picture { width: 640, height: 358, fps: 25 });
        let full = wish(clips, false);
        assert_eq!(picture_of(&full).width, 1280);
        let words = recipe(&full, material, "libx264", Some("vaapi")).arguments.join(" ");
        assert!(words.contains("-hwaccel vaapi -ss 5.678 -t 1.234 -i file:/m/a.mp4"), "{words}");
        assert!(words.contains("-t 1.734 "), "{words}");
    }

    #[test]
    fn an_empty_timeline_is_a_black_moment() {
        let words = recipe(&wish(json!({}), false), material, "libx264", None);
        assert_eq!(words.duration_ms, filters::EMPTY_MS);
    }
}
