//! Edits on small timelines, and what hostile numbers do: nothing.

use super::*;

fn film() -> AssetId {
    AssetId::from(uuid::Uuid::from_u128(7))
}

fn source(asset: AssetId) -> Option<Source> {
    (asset == film()).then_some(Source { track_kind: TrackKind::Video, duration_ms: Some(10_000) })
}

/// Does each edit; what an edit makes is named `n0`, `n1`, …
fn after(edits: &[serde_json::Value]) -> Result<Timeline, Refusal> {
    let mut timeline = Timeline::default();
    for (number, edit) in edits.iter().enumerate() {
        let edit: Edit = serde_json::from_value(edit.clone()).unwrap();
        timeline = edit.apply(&timeline, source, &format!("n{number}"))?;
    }
    Ok(timeline)
}

fn with_clip(more: &[serde_json::Value]) -> Result<Timeline, Refusal> {
    let first = [
        serde_json::json!({"kind": "add_track", "track_kind": "video", "name": "Pictures"}),
        serde_json::json!({"kind": "add_clip", "track": "n0", "asset": film(), "start_ms": 1000}),
    ];
    after(&[&first, more].concat())
}

fn shown(timeline: &Timeline) -> Vec<(&str, i64, i64, i64)> {
    timeline.clips.iter().map(|clip| (clip.id.as_str(), clip.start_ms, clip.end_ms(), clip.source_in_ms)).collect()
}

/// What of the media is shown at a moment.
fn source_at(timeline: &Timeline, at_ms: i64) -> Option<i64> {
    let clip = timeline.clips.iter().find(|clip| clip.start_ms <= at_ms && at_ms < clip.end_ms())?;
    Some(clip.source_in_ms + at_ms - clip.start_ms)
}

#[test]
fn a_clip_is_as_long_as_its_media_and_trims_keep_what_is_shown() {
    let whole = with_clip(&[]).unwrap();
    assert_eq!(shown(&whole), [("n1", 1000, 11_000, 0)]);
    assert_eq!(whole.duration_ms(), 11_000);
    let trims = [
        serde_json::json!({"kind": "trim", "clip": "n1", "edge": "start", "to_ms": 3000}),
        serde_json::json!({"kind": "trim", "clip": "n1", "edge": "end", "to_ms": 8000}),
    ];
    let trimmed = with_clip(&trims).unwrap();
    assert_eq!(shown(&trimmed), [("n1", 3000, 8000, 2000)]);
    for at in [3000, 5555, 7999] {
        assert_eq!(source_at(&trimmed, at), source_at(&whole, at));
    }
    let wide = serde_json::json!({"kind": "trim", "clip": "n1", "edge": "end", "to_ms": 11_001});
    assert!(matches!(with_clip(&[wide]), Err(Refusal::Impossible(why)) if why.contains("10000 ms")));
    let early = serde_json::json!({"kind": "trim", "clip": "n1", "edge": "start", "to_ms": 999});
    assert!(with_clip(&[early]).is_err());
}

#[test]
fn the_parts_of_a_split_show_together_what_the_whole_showed() {
    let whole = with_clip(&[serde_json::json!({"kind": "fade", "clip": "n1", "in_ms": 500, "out_ms": 800})]).unwrap();
    for at_ms in [1040, 4321, 10_960] {
        let edit = Edit::Split { clip: "n1".to_owned(), at_ms };
        let parts = edit.apply(&whole, source, "r").unwrap();
        assert_eq!(parts.duration_ms(), whole.duration_ms());
        assert!(parts.overlaps().is_empty());
        for moment in [1000, 1039, 1041, 4320, 4321, 4322, 10_999] {
            assert_eq!(source_at(&parts, moment), source_at(&whole, moment), "cut at {at_ms}, seen at {moment}");
        }
        let (left, right) = (parts.clip("n1").unwrap(), parts.clip("r").unwrap());
        assert_eq!((left.fade_out_ms, right.fade_in_ms), (0, 0));
        assert!(left.fade_in_ms <= left.duration_ms && right.fade_out_ms <= right.duration_ms);
    }
    assert!(Edit::Split { clip: "n1".to_owned(), at_ms: 1010 }.apply(&whole, source, "r").is_err());
}

#[test]
fn clips_of_a_track_never_overlap_by_an_edit() {
    let second = serde_json::json!({"kind": "add_clip", "track": "n0", "asset": film(), "start_ms": 11_000});
    let both = with_clip(std::slice::from_ref(&second)).unwrap();
    assert_eq!(both.duration_ms(), 21_000);
    let into = serde_json::json!({"kind": "move", "clip": "n2", "start_ms": 10_999});
    assert!(
        matches!(with_clip(&[second.clone(), into]), Err(Refusal::Impossible(why)) if why.contains("another clip"))
    );
    let past = serde_json::json!({"kind": "move", "clip": "n1", "start_ms": 30_000});
    assert_eq!(shown(&with_clip(&[second, past]).unwrap())[1], ("n1", 30_000, 40_000, 0));
}

#[test]
fn texts_go_on_text_tracks_alone() {
    let text = |track| serde_json::json!({"kind": "add_clip", "track": track, "text": "Fog", "start_ms": 0});
    assert!(with_clip(&[text("n0")]).is_err());
    let track = serde_json::json!({"kind": "add_track", "track_kind": "text", "name": "Titles"});
    let titled = with_clip(&[track, text("n2")]).unwrap();
    assert_eq!(titled.clip("n3").unwrap().duration_ms, TEXT_MS);
}

#[test]
fn hostile_numbers_are_refused_and_never_overflow() {
    for number in [i64::MIN, -1, DURATION_MOST_MS + 1, i64::MAX] {
        for edit in [
            serde_json::json!({"kind": "move", "clip": "n1", "start_ms": number}),
            serde_json::json!({"kind": "trim", "clip": "n1", "edge": "start", "to_ms": number}),
            serde_json::json!({"kind": "trim", "clip": "n1", "edge": "end", "to_ms": number}),
            serde_json::json!({"kind": "split", "clip": "n1", "at_ms": number}),
            serde_json::json!({"kind": "fade", "clip": "n1", "in_ms": number, "out_ms": number}),
            serde_json::json!({"kind": "add_clip", "track": "n0", "asset": film(), "start_ms": 0, "source_in_ms": number}),
            serde_json::json!({"kind": "add_clip", "track": "n0", "asset": film(), "start_ms": 0, "duration_ms": number}),
        ] {
            assert!(with_clip(std::slice::from_ref(&edit)).is_err(), "{edit}");
        }
    }
}
