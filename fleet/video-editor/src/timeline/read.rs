//! A timeline from what a shared document holds: anybody may have written anything there, so what makes no sense is left out.

use serde_json::{Map, Value};

use super::edit::{CLIPS_MOST, TEXT_MOST, TRACKS_MOST};
use super::{CLIP_LEAST_MS, Clip, DURATION_MOST_MS, Timeline, Track, TrackKind, VOLUME_MOST};

/// `tracks` and `clips` are objects by id. Numbers are brought within their bounds; of more tracks and clips than edits may make,
/// the lowest and first ones are read.
pub fn read(tracks: &Value, clips: &Value) -> Timeline {
    let mut timeline = Timeline {
        tracks: entries(tracks).filter_map(|(id, members)| track(id, members)).collect(),
        clips: Vec::new(),
    };
    timeline.sort();
    timeline.tracks.truncate(TRACKS_MOST);
    let found: Vec<Clip> = entries(clips).filter_map(|(id, members)| clip(id, members)).collect();
    timeline.clips = found.into_iter().filter(|clip| timeline.track(&clip.track).is_some()).collect();
    timeline.sort();
    timeline.clips.truncate(CLIPS_MOST);
    timeline
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Map<String, Value>)> {
    value.as_object().into_iter().flatten().filter_map(|(id, value)| Some((id, value.as_object()?)))
}

fn track(id: &str, members: &Map<String, Value>) -> Option<Track> {
    let kind = match members.get("kind")?.as_str()? {
        "video" => TrackKind::Video,
        "audio" => TrackKind::Audio,
        "text" => TrackKind::Text,
        _ => return None,
    };
    Some(Track {
        id: id.to_owned(),
        kind,
        name: members.get("name").and_then(Value::as_str).unwrap_or("Track").chars().take(60).collect(),
        order: whole(members, "order").clamp(-1_000_000, 1_000_000),
        volume: volume(members),
        muted: members.get("muted").and_then(Value::as_bool).unwrap_or(false),
    })
}

fn clip(id: &str, members: &Map<String, Value>) -> Option<Clip> {
    let asset = members.get("asset").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let text: Option<String> =
        members.get("text").and_then(Value::as_str).map(|text| text.chars().take(TEXT_MOST).collect());
    if asset.is_none() == text.is_none() {
        return None;
    }
    let start_ms = whole(members, "start_ms").clamp(0, DURATION_MOST_MS);
    let duration_ms = whole(members, "duration_ms").min(DURATION_MOST_MS - start_ms);
    if duration_ms < CLIP_LEAST_MS {
        return None;
    }
    let fade_in_ms = whole(members, "fade_in_ms").clamp(0, duration_ms);
    Some(Clip {
        id: id.to_owned(),
        track: members.get("track")?.as_str()?.to_owned(),
        start_ms,
        duration_ms,
        source_in_ms: whole(members, "source_in_ms").clamp(0, DURATION_MOST_MS),
        asset,
        text,
        volume: volume(members),
        fade_in_ms,
        fade_out_ms: whole(members, "fade_out_ms").clamp(0, duration_ms - fade_in_ms),
    })
}

/// Scripts know one kind of number.
fn whole(members: &Map<String, Value>, name: &str) -> i64 {
    let number = members.get(name).and_then(Value::as_f64).filter(|number| number.is_finite()).unwrap_or(0.0);
    number.round() as i64
}

fn volume(members: &Map<String, Value>) -> f64 {
    members.get("volume").and_then(Value::as_f64).filter(|v| v.is_finite()).unwrap_or(1.0).clamp(0.0, VOLUME_MOST)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_makes_no_sense_is_left_out_and_numbers_are_bounded() {
        let tracks = json!({"t": {"kind": "text", "volume": 99}, "u": {"kind": "smell"}, "v": 5});
        let clips = json!({
            "good": {"track": "t", "text": "a", "start_ms": 1.6, "duration_ms": 1000, "fade_in_ms": 5000, "fade_out_ms": 5000},
            "nowhere": {"track": "u", "text": "a", "duration_ms": 1000},
            "nothing": {"track": "t", "duration_ms": 1000},
            "short": {"track": "t", "text": "a", "duration_ms": -3},
            "endless": {"track": "t", "text": "a", "start_ms": 1e300, "duration_ms": 1000},
        });
        let timeline = read(&tracks, &clips);
        let ids: Vec<&str> = timeline.clips.iter().map(|clip| clip.id.as_str()).collect();
        assert_eq!((timeline.tracks.len(), timeline.tracks[0].volume, ids), (1, VOLUME_MOST, vec!["good"]));
        let good = &timeline.clips[0];
        assert_eq!((good.start_ms, good.fade_in_ms, good.fade_out_ms), (2, 1000, 0));
    }

    #[test]
    fn a_document_that_somebody_filled_is_read_in_part() {
        let track = |number: usize| (format!("t{number:02}"), json!({"kind": "text", "order": number}));
        let clip = |number: usize| (format!("c{number}"), json!({"track": "t00", "text": "a", "duration_ms": 1000}));
        let tracks = Value::Object((0..TRACKS_MOST + 5).map(track).collect());
        let clips = Value::Object((0..CLIPS_MOST + 5).map(clip).collect());
        let timeline = read(&tracks, &clips);
        assert_eq!((timeline.tracks.len(), timeline.clips.len()), (TRACKS_MOST, CLIPS_MOST));
        assert_eq!(
            (timeline.tracks[0].id.as_str(), timeline.overlaps().len()),
            ("t00", crate::timeline::OVERLAPS_MOST)
        );
    }
}
