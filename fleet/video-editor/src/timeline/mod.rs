//! A project's timeline as arithmetic: tracks, clips on them, and what an edit makes of both. Times are whole milliseconds.
//!
//! The caller brings the timeline as its shared document has it, what is known of the media, and a fresh id; this module knows
//! nothing of documents, files or people.

mod edit;
mod read;

use serde::{Deserialize, Serialize};

use crate::ids::AssetId;

pub use edit::{Edit, Refusal, Source};
pub use read::read;

/// A timeline may not be longer: a day.
pub const DURATION_MOST_MS: i64 = 24 * 3600 * 1000;
/// Nobody can grip a shorter clip.
pub const CLIP_LEAST_MS: i64 = 40;
/// So many overlaps are told at most: whoever mends these sees the next ones.
pub const OVERLAPS_MOST: usize = 1000;
/// Twice as loud is the most.
pub const VOLUME_MOST: f64 = 2.0;

/// Tracks from the lowest to the topmost, clips by track and start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    pub tracks: Vec<Track>,
    pub clips: Vec<Clip>,
}

/// What a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackKind {
    /// Films and pictures; films sound, too.
    Video,
    Audio,
    Text,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    pub id: String,
    pub kind: TrackKind,
    pub name: String,
    /// Higher ones cover lower ones.
    pub order: i64,
    /// 0 to [`VOLUME_MOST`]; multiplied with the clip's.
    pub volume: f64,
    pub muted: bool,
}

/// A piece of media, or a text, at its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    pub id: String,
    pub track: String,
    /// Where it begins on the timeline.
    pub start_ms: i64,
    pub duration_ms: i64,
    /// Where it begins in its media.
    pub source_in_ms: i64,
    /// The media; none: a text.
    pub asset: Option<AssetId>,
    pub text: Option<String>,
    pub volume: f64,
    pub fade_in_ms: i64,
    pub fade_out_ms: i64,
}

impl Clip {
    /// The first moment after it.
    pub fn end_ms(&self) -> i64 {
        self.start_ms + self.duration_ms
    }

    fn overlaps(&self, other: &Clip) -> bool {
        self.track == other.track && self.start_ms < other.end_ms() && other.start_ms < self.end_ms()
    }
}

impl Timeline {
    /// The end of the last clip.
    pub fn duration_ms(&self) -> i64 {
        self.clips.iter().map(Clip::end_ms).max().unwrap_or(0)
    }

    pub fn track(&self, id: &str) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }

    pub fn clip(&self, id: &str) -> Option<&Clip> {
        self.clips.iter().find(|clip| clip.id == id)
    }

    /// Two people may each put a clip where the other's is: pairs of clips that share a moment of a track, at most
    /// [`OVERLAPS_MOST`].
    pub fn overlaps(&self) -> Vec<(&str, &str)> {
        let pairs = self.clips.iter().enumerate().flat_map(|(at, clip)| {
            let later = self.clips[at + 1..].iter().filter(|other| clip.overlaps(other));
            later.map(|other| (clip.id.as_str(), other.id.as_str()))
        });
        pairs.take(OVERLAPS_MOST).collect()
    }

    fn sort(&mut self) {
        self.tracks.sort_by(|one, other| (one.order, &one.id).cmp(&(other.order, &other.id)));
        let tracks = self.tracks.clone();
        let place = |clip: &Clip| tracks.iter().position(|track| track.id == clip.track);
        self.clips
            .sort_by(|one, other| (place(one), one.start_ms, &one.id).cmp(&(place(other), other.start_ms, &other.id)));
    }
}
