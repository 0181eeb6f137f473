//! Backups in words and as JSON.

use std::time::Duration;

use callsheet_backups::{Entry, Manifest, Verification};
use serde_json::{Value, json};

use crate::report::plural;

/// Bytes for a person.
pub(crate) fn size(bytes: u64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let bytes_as = bytes as f64;
    let unit = units.into_iter().find(|(unit, _)| bytes_as >= *unit);
    unit.map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{:.1} {name}", bytes_as / unit))
}

/// A time for a person.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// What a new backup holds.
pub(super) fn manifest(manifest: &Manifest) -> String {
    let took = Duration::try_from(manifest.ended.duration_since(manifest.started)).unwrap_or_default();
    let tables = manifest.contents.iter().filter(|content| !content.is_other()).count();
    let rows = match tables {
        0 => String::new(),
        _ => format!(
            "{} with {}, ",
            plural(tables, "table"),
            plural(usize::try_from(manifest.rows()).unwrap_or(usize::MAX), "row")
        ),
    };
    let encrypted = if manifest.recipients.is_empty() { "not encrypted" } else { "encrypted" };
    let (size_in, size_out) = (size(manifest.size), size(manifest.stored()));
    format!(
        "{}, {}: {rows}{size_in} as {size_out}, {encrypted}, in {}",
        manifest.engine.name(),
        manifest.kind.word(),
        clock(took)
    )
}

/// How a proof ended, in a few words.
pub(super) fn proved(verification: Option<&Verification>) -> String {
    match verification {
        None => "not proved".to_owned(),
        Some(one) if one.holds() => {
            format!("verified {}, restored in {}", one.at.strftime("%Y-%m-%d"), clock(one.measured.rto.to_std()))
        }
        Some(one) => format!("FAILED its proof on {}", one.at.strftime("%Y-%m-%d")),
    }
}

pub(super) fn entry_json(entry: &Entry) -> Value {
    let manifest = &entry.manifest;
    json!({
        "id": manifest.id, "database": manifest.database, "place": manifest.place, "engine": manifest.engine, "kind": manifest.kind,
        "server": manifest.server, "tool": manifest.tool, "started": manifest.started, "ended": manifest.ended, "by": manifest.by,
        "bytes": manifest.size, "stored_bytes": manifest.stored(), "recipients": manifest.recipients, "position": manifest.position,
        "contents": manifest.contents, "verified": entry.is_verified(), "verification": entry.verification,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_short() {
        assert_eq!((size(999).as_str(), size(1_234_567).as_str()), ("999 bytes", "1.2 MB"));
        let clock = |seconds: f64| clock(Duration::from_secs_f64(seconds));
        assert_eq!(
            (clock(1.26), clock(75.0), clock(600.0), clock(8000.0)),
            ("1.3 s".to_owned(), "75 s".to_owned(), "10 min".to_owned(), "2 h".to_owned())
        );
    }
}
