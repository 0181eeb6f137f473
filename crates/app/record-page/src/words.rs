//! Words for instants, lengths of time, people and states.

use callsheet_access::{Actor, ActorSource};
use callsheet_base::{Duration, Timestamp};
use serde::Serialize;

/// An instant: what is read, and what a program reads.
#[derive(Clone, Debug, Serialize)]
pub struct Instant {
    /// `2026-11-22 03:12:14.120Z`.
    pub full: String,
    /// `03:12:14`.
    pub time: String,
    /// RFC 3339.
    pub machine: String,
}

/// An instant in UTC.
pub fn instant(at: Timestamp) -> Instant {
    let millis = at.as_millisecond().rem_euclid(1000);
    Instant {
        full: format!("{}.{millis:03}Z", at.strftime("%Y-%m-%d %H:%M:%S")),
        time: at.strftime("%H:%M:%S").to_string(),
        machine: format!("{at:.3}"),
    }
}

/// Short for a person: `40ms`, `2.3s`, `12s`, `4m05s`, `2h10m`, `1d01h`.
pub fn brief(duration: Duration) -> String {
    let millis = duration.as_millis();
    let seconds = millis / 1000;
    match seconds {
        0 => format!("{millis}ms"),
        1..=9 => format!("{seconds}.{}s", millis % 1000 / 100),
        10..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..=86_399 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// `1.2 kB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// How a name is known.
pub fn known_by(actor: &Actor) -> String {
    match &actor.source {
        ActorSource::OsUser { uid } => format!("user {uid} of the machine"),
        ActorSource::Ci { provider, uid: Some(uid) } => {
            format!("claimed by a {provider} job, user {uid} of the machine")
        }
        ActorSource::Ci { provider, uid: None } => format!("claimed by a {provider} job"),
        ActorSource::Login => "login".to_owned(),
        ActorSource::System => "Callsheet itself".to_owned(),
    }
}

/// The class of a state's or result's colour.
pub fn class(state: &str) -> &'static str {
    match state {
        "done" => "good",
        "failed" | "in-doubt" | "denied" | "abandoned" => "bad",
        "skipped" | "pending" | "superseded" => "faint",
        "running" | "ready" => "active",
        _ => "warn",
    }
}

/// The sign beside a state, so that colour is not all that tells it.
pub fn sign(state: &str) -> &'static str {
    match state {
        "done" => "✓",
        "failed" | "denied" | "cancelled" | "abandoned" => "✗",
        "rolled back" | "rolling-back" => "↶",
        "skipped" | "superseded" => "↷",
        "in-doubt" | "paused" => "!",
        "asked" => "?",
        "pending" => "○",
        _ => "●",
    }
}

/// A title as a name: without the full stop or colon that ended it in the text.
pub fn heading(title: &str) -> String {
    title.trim_end_matches(['.', ':', ' ']).to_owned()
}
