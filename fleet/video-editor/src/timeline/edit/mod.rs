//! What people do to a timeline, and what becomes of it.

use serde::{Deserialize, Serialize};

use super::{CLIP_LEAST_MS, Clip, DURATION_MOST_MS, Timeline, Track, TrackKind, VOLUME_MOST};
use crate::ids::AssetId;

/// A text without a duration is shown for so long.
const TEXT_MS: i64 = 3000;
/// So is a picture.
const PICTURE_MS: i64 = 5000;
pub const TRACKS_MOST: usize = 32;
pub const CLIPS_MOST: usize = 2000;
pub const TEXT_MOST: usize = 500;

/// One change, as people mean it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    AddTrack {
        track_kind: TrackKind,
        name: String,
    },
    RemoveTrack {
        track: String,
    },
    /// A piece of media, or a text; without a duration as long as the media is.
    AddClip {
        track: String,
        start_ms: i64,
        #[serde(default)]
        asset: Option<AssetId>,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        duration_ms: Option<i64>,
        #[serde(default)]
        source_in_ms: i64,
    },
    /// Elsewhere on the timeline, perhaps on another track.
    Move {
        clip: String,
        start_ms: i64,
        #[serde(default)]
        track: Option<String>,
    },
    /// An edge is moved to a moment of the timeline; what is shown at any other moment stays.
    Trim {
        clip: String,
        edge: Edge,
        to_ms: i64,
    },
    /// Two clips that show together what the one showed.
    Split {
        clip: String,
        at_ms: i64,
    },
    Text {
        clip: String,
        text: String,
    },
    Fade {
        clip: String,
        in_ms: i64,
        out_ms: i64,
    },
    /// Of a clip or of a track.
    Volume {
        #[serde(default)]
        clip: Option<String>,
        #[serde(default)]
        track: Option<String>,
        volume: f64,
    },
    Mute {
        track: String,
        muted: bool,
    },
    Remove {
        clip: String,
    },
}

/// A clip's beginning or end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    Start,
    End,
}

/// What is known of a piece of media.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The tracks it fits on.
    pub track_kind: TrackKind,
    /// A picture has none and may be shown for any time.
    pub duration_ms: Option<i64>,
}

/// Why an edit is refused; for people.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such {0} in this timeline; somebody may have removed it")]
    Missing(&'static str),
    #[error("{0}")]
    Impossible(String),
}

fn impossible<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Impossible(why.into()))
}

impl Edit {
    /// Its name, as in the list of edits.
    pub fn name(&self) -> &'static str {
        match self {
            Edit::AddTrack { .. } => "add_track",
            Edit::RemoveTrack { .. } => "remove_track",
            Edit::AddClip { .. } => "add_clip",
            Edit::Move { .. } => "move",
            Edit::Trim { .. } => "trim",
            Edit::Split { .. } => "split",
            Edit::Text { .. } => "text",
            Edit::Fade { .. } => "fade",
            Edit::Volume { .. } => "volume",
            Edit::Mute { .. } => "mute",
            Edit::Remove { .. } => "remove",
        }
    }

    /// The timeline after it. `source` tells of a piece of media of this project; `fresh` names what the edit makes.
    pub fn apply(
        &self,
        before: &Timeline,
        source: impl Fn(AssetId) -> Option<Source>,
        fresh: &str,
    ) -> Result<Timeline, Refusal> {
        let mut after = before.clone();
        match self {
            Edit::AddTrack { track_kind, name } => add_track(&mut after, *track_kind, name, fresh)?,
            Edit::RemoveTrack { track } => {
                find_track(&mut after, track)?;
                after.tracks.retain(|one| one.id != *track);
                after.clips.retain(|clip| clip.track != *track);
            }
            Edit::AddClip { track, start_ms, asset, text, duration_ms, source_in_ms } => {
                let wanted = Wanted { asset: *asset, text: text.as_deref(), duration_ms: *duration_ms };
                let clip = wanted.clip(fresh, track, *start_ms, *source_in_ms, &source)?;
                if after.clips.len() >= CLIPS_MOST {
                    return impossible(format!("a timeline has at most {CLIPS_MOST} clips"));
                }
                after.clips.push(clip);
                check(&after, fresh, &source)?;
            }
            Edit::Move { clip, start_ms, track } => {
                let found = find_clip(&mut after, clip)?;
                found.start_ms = *start_ms;
                found.track = track.clone().unwrap_or_else(|| found.track.clone());
                check(&after, clip, &source)?;
            }
            Edit::Trim { clip, edge, to_ms } => {
                trim(find_clip(&mut after, clip)?, *edge, *to_ms)?;
                check(&after, clip, &source)?;
            }
            Edit::Split { clip, at_ms } => {
                let right = split(find_clip(&mut after, clip)?, *at_ms, fresh)?;
                after.clips.push(right);
            }
            Edit::Text { clip, text } => {
                let found = find_clip(&mut after, clip)?;
                if found.text.is_none() {
                    return impossible("this clip shows media, not a text");
                }
                found.text = Some(checked_text(text)?);
            }
            Edit::Fade { clip, in_ms, out_ms } => {
                let found = find_clip(&mut after, clip)?;
                if *in_ms < 0 || *out_ms < 0 || in_ms.saturating_add(*out_ms) > found.duration_ms {
                    return impossible(format!("fades must fit into the clip's {} ms", found.duration_ms));
                }
                (found.fade_in_ms, found.fade_out_ms) = (*in_ms, *out_ms);
            }
            Edit::Volume { clip, track, volume } => {
                if !(0.0..=VOLUME_MOST).contains(volume) {
                    return impossible(format!("volume goes from 0 to {VOLUME_MOST}"));
                }
                match (clip, track) {
                    (Some(clip), None) => find_clip(&mut after, clip)?.volume = *volume,
                    (None, Some(track)) => find_track(&mut after, track)?.volume = *volume,
                    _ => return impossible("name a `clip` or a `track`"),
                }
            }
            Edit::Mute { track, muted } => find_track(&mut after, track)?.muted = *muted,
            Edit::Remove { clip } => {
                find_clip(&mut after, clip)?;
                after.clips.retain(|one| one.id != *clip);
            }
        }
        after.sort();
        Ok(after)
    }
}

fn find_clip<'a>(timeline: &'a mut Timeline, id: &str) -> Result<&'a mut Clip, Refusal> {
    timeline.clips.iter_mut().find(|clip| clip.id == id).ok_or(Refusal::Missing("clip"))
}

fn find_track<'a>(timeline: &'a mut Timeline, id: &str) -> Result<&'a mut Track, Refusal> {
    timeline.tracks.iter_mut().find(|track| track.id == id).ok_or(Refusal::Missing("track"))
}

fn add_track(timeline: &mut Timeline, kind: TrackKind, name: &str, fresh: &str) -> Result<(), Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return impossible("a track's name has 1 to 60 characters");
    }
    if timeline.tracks.len() >= TRACKS_MOST {
        return impossible(format!("a timeline has at most {TRACKS_MOST} tracks"));
    }
    let order = timeline.tracks.iter().map(|track| track.order).max().map_or(0, |top| top + 1);
    let track = Track { id: fresh.to_owned(), kind, name: name.to_owned(), order, volume: 1.0, muted: false };
    timeline.tracks.push(track);
    Ok(())
}

fn checked_text(text: &str) -> Result<String, Refusal> {
    let fits = (1..=TEXT_MOST).contains(&text.chars().count());
    if !fits || text.trim().is_empty() || text.chars().any(|c| c.is_control() && c != '\n') {
        return impossible(format!("a text has 1 to {TEXT_MOST} characters"));
    }
    Ok(text.to_owned())
}

/// A clip to be made.
struct Wanted<'a> {
    asset: Option<AssetId>,
    text: Option<&'a str>,
    duration_ms: Option<i64>,
}

impl Wanted<'_> {
    fn clip(
        &self,
        id: &str,
        track: &str,
        start_ms: i64,
        source_in_ms: i64,
        source: impl Fn(AssetId) -> Option<Source>,
    ) -> Result<Clip, Refusal> {
        let (text, usual_ms) = match (self.asset, self.text) {
            (Some(asset), None) => {
                let known = source(asset).ok_or(Refusal::Missing("asset"))?;
                (None, known.duration_ms.map_or(PICTURE_MS, |all| all.saturating_sub(source_in_ms)))
            }
            (None, Some(text)) => (Some(checked_text(text)?), TEXT_MS),
            _ => return impossible("give an `asset` or a `text`"),
        };
        Ok(Clip {
            id: id.to_owned(),
            track: track.to_owned(),
            start_ms,
            duration_ms: self.duration_ms.unwrap_or(usual_ms),
            source_in_ms,
            asset: self.asset,
            text,
            volume: 1.0,
            fade_in_ms: 0,
            fade_out_ms: 0,
        })
    }
}

fn trim(clip: &mut Clip, edge: Edge, to_ms: i64) -> Result<(), Refusal> {
    if !(0..=DURATION_MOST_MS).contains(&to_ms) {
        return impossible("that is outside of the timeline");
    }
    match edge {
        Edge::Start => {
            let moved = to_ms - clip.start_ms;
            clip.start_ms += moved;
            clip.duration_ms -= moved;
            if clip.asset.is_some() {
                clip.source_in_ms += moved;
            }
        }
        Edge::End => clip.duration_ms = to_ms - clip.start_ms,
    }
    clip.fade_in_ms = clip.fade_in_ms.clamp(0, clip.duration_ms.max(0));
    clip.fade_out_ms = clip.fade_out_ms.clamp(0, (clip.duration_ms - clip.fade_in_ms).max(0));
    Ok(())
}

/// Shortens the clip to what is before the cut and gives what is behind it.
fn split(clip: &mut Clip, at_ms: i64, fresh: &str) -> Result<Clip, Refusal> {
    let before_ms = at_ms.saturating_sub(clip.start_ms);
    let after_ms = clip.duration_ms.saturating_sub(before_ms);
    if before_ms < CLIP_LEAST_MS || after_ms < CLIP_LEAST_MS {
        return impossible(format!("both parts must be at least {CLIP_LEAST_MS} ms long"));
    }
    let mut right =
        Clip { id: fresh.to_owned(), start_ms: at_ms, duration_ms: after_ms, fade_in_ms: 0, ..clip.clone() };
    if right.asset.is_some() {
        right.source_in_ms += before_ms;
    }
    right.fade_out_ms = right.fade_out_ms.min(after_ms);
    (clip.duration_ms, clip.fade_out_ms) = (before_ms, 0);
    clip.fade_in_ms = clip.fade_in_ms.min(before_ms);
    Ok(right)
}

/// Whether the clip fits its track, its media, and its neighbours.
fn check(timeline: &Timeline, id: &str, source: impl Fn(AssetId) -> Option<Source>) -> Result<(), Refusal> {
    let clip = timeline.clip(id).ok_or(Refusal::Missing("clip"))?;
    let track = timeline.track(&clip.track).ok_or(Refusal::Missing("track"))?;
    let known = clip.asset.map(|asset| source(asset).ok_or(Refusal::Missing("asset"))).transpose()?;
    let fits = known.map_or(TrackKind::Text, |known| known.track_kind);
    if fits != track.kind {
        return impossible(format!("the track `{}` does not take this", track.name));
    }
    let is_inside =
        |from: i64, length: i64| (0..=DURATION_MOST_MS).contains(&from) && length <= DURATION_MOST_MS - from;
    if clip.duration_ms < CLIP_LEAST_MS {
        return impossible(format!("a clip is at least {CLIP_LEAST_MS} ms long"));
    }
    if !is_inside(clip.start_ms, clip.duration_ms) || !is_inside(clip.source_in_ms, clip.duration_ms) {
        return impossible("that is outside of the timeline or before the media begins");
    }
    if let Some(all) = known.and_then(|known| known.duration_ms)
        && clip.source_in_ms + clip.duration_ms > all
    {
        return impossible(format!("the media is only {all} ms long"));
    }
    match timeline.clips.iter().find(|other| other.id != clip.id && other.overlaps(clip)) {
        Some(other) => impossible(format!(
            "another clip is there, from {} to {} ms; move it first or use another track",
            other.start_ms,
            other.end_ms()
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
