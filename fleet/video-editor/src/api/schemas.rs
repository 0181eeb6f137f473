//! The schemas of the API's description.

use fleet_kit::openapi::{bounded, closed, count, id, list_of, nullable_text, object, text, time, whole};
use serde_json::{Value, json};

/// All of them, by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let side = json!({"type": "integer", "minimum": 16, "maximum": 4096});
    let fps = json!({"type": "integer", "minimum": 1, "maximum": 120});
    let picture =
        [("width", side), ("height", json!({"type": "integer", "minimum": 16, "maximum": 4096})), ("fps", fps)];
    let named = [("name", bounded(1, 120))];
    let changeable: Vec<(&str, Value)> = named.into_iter().chain(picture).collect();
    let project: Vec<(&str, Value)> = [("id", id()), ("owner_id", id())]
        .into_iter()
        .chain(changeable.clone())
        .chain([("version", count()), ("created_at", time()), ("updated_at", time())])
        .collect();
    let number = || json!({"type": "number"});
    let truth = || json!({"type": "boolean"});
    let items = |schema: &str| object(&["items"], &[("items", list_of(schema)), ("next", nullable_text())]);
    vec![
        (
            "Registration",
            closed(
                &["email", "name", "password"],
                &[("email", bounded(3, 254)), ("name", bounded(1, 80)), ("password", bounded(10, 200))],
            ),
        ),
        ("Credentials", closed(&["email", "password"], &[("email", bounded(1, 254)), ("password", bounded(1, 200))])),
        (
            "User",
            whole(&[
                ("id", id()),
                ("email", text()),
                ("name", text()),
                ("role", json!({"enum": ["editor", "operator"]})),
                ("created_at", time()),
            ]),
        ),
        (
            "Token",
            object(
                &["access_token", "token_type", "expires_in"],
                &[("access_token", text()), ("token_type", text()), ("expires_in", count())],
            ),
        ),
        ("Session", whole(&[("user", json!({"anyOf": [{"$ref": "#/components/schemas/User"}, {"type": "null"}]}))])),
        ("NewProject", closed(&["name"], &changeable)),
        ("ProjectChange", closed(&[], &changeable)),
        ("Project", whole(&project)),
        ("Projects", items("Project")),
        (
            "Timeline",
            object(
                &["tracks", "clips", "duration_ms"],
                &[("tracks", list_of("Track")), ("clips", list_of("Clip")), ("duration_ms", count()), ("made", text())],
            ),
        ),
        (
            "Track",
            whole(&[
                ("id", text()),
                ("kind", json!({"enum": ["video", "audio", "text"]})),
                ("name", text()),
                ("order", json!({"type": "integer"})),
                ("volume", number()),
                ("muted", truth()),
            ]),
        ),
        (
            "Clip",
            object(
                &["id", "track", "start_ms", "duration_ms"],
                &[
                    ("id", text()),
                    ("track", text()),
                    ("start_ms", count()),
                    ("duration_ms", count()),
                    ("source_in_ms", count()),
                    ("asset", nullable_text()),
                    ("text", nullable_text()),
                    ("volume", number()),
                    ("fade_in_ms", count()),
                    ("fade_out_ms", count()),
                ],
            ),
        ),
        (
            "Edit",
            object(
                &["kind"],
                &[
                    // By which it is made once, however often it is sent.
                    ("id", id()),
                    (
                        "kind",
                        json!({"enum": [
                            "add_track", "remove_track", "add_clip", "move", "trim", "split", "text", "fade", "volume", "mute", "remove",
                        ]}),
                    ),
                ],
            ),
        ),
        ("Edits", items("RecentEdit")),
        (
            "RecentEdit",
            whole(&[
                ("project_id", id()),
                ("project_name", text()),
                ("user_name", text()),
                ("kind", text()),
                ("detail", json!({"type": "object"})),
                ("at", time()),
            ]),
        ),
        ("Upload", closed(&["file"], &[("file", json!({"type": "string", "format": "binary"}))])),
        (
            "Asset",
            object(
                &["id", "project_id", "kind", "file_name", "media_type", "size_bytes", "duration_ms"],
                &[
                    ("id", id()),
                    ("project_id", id()),
                    ("kind", json!({"enum": ["video", "audio", "image"]})),
                    ("file_name", text()),
                    ("media_type", text()),
                    ("size_bytes", count()),
                    ("duration_ms", count()),
                ],
            ),
        ),
        ("Assets", items("Asset")),
        ("Wish", closed(&[], &[("format", json!({"enum": ["mp4", "webm", "av1"]}))])),
        (
            "Job",
            object(
                &["id", "project_id", "kind", "state", "progress", "attempts"],
                &[
                    ("id", id()),
                    ("project_id", id()),
                    ("kind", text()),
                    ("state", json!({"enum": ["queued", "running", "done", "failed", "cancelled"]})),
                    ("progress", number()),
                    ("attempts", count()),
                    ("error", nullable_text()),
                ],
            ),
        ),
        ("Jobs", items("Job")),
        (
            "Waveform",
            object(
                &["points_per_second", "peaks"],
                &[("points_per_second", count()), ("peaks", json!({"type": "array", "items": count()}))],
            ),
        ),
        (
            "Queue",
            object(
                &["queued", "running", "oldest_seconds"],
                &[("queued", count()), ("running", count()), ("oldest_seconds", number())],
            ),
        ),
        ("Canary", object(&["works", "formats"], &[("works", truth()), ("formats", json!({"type": "array"}))])),
        ("Integrity", object(&["sound", "findings"], &[("sound", truth()), ("findings", json!({"type": "object"}))])),
        ("WriteLock", closed(&["locked"], &[("locked", truth()), ("reason", bounded(0, 200))])),
        ("Maintenance", whole(&[("writes_locked", truth()), ("reason", text())])),
        (
            "Health",
            object(&["status", "service", "version"], &[("status", text()), ("service", text()), ("version", text())]),
        ),
    ]
}
