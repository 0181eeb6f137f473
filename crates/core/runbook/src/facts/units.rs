//! Units as people write them, brought to one spelling each.

use callsheet_base::Duration;

use crate::words::Lowered;

/// The one spelling of a unit that stands at the start of `text` (lower or mixed case), and how many bytes it takes.
/// `None` when no unit stands there.
pub(crate) fn unit_at(text: &str) -> Option<(&'static str, usize)> {
    if let Some(rest) = text.strip_prefix('%') {
        return Some(("%", text.len() - rest.len()));
    }
    let end = text.find(|c: char| !(c.is_ascii_alphabetic() || c == '/' || c == '-')).unwrap_or(text.len());
    let word = text[..end].trim_end_matches(['-', '/']);
    if word.is_empty() || word.len() > 14 {
        return None;
    }
    if let Some(unit) = spelled(word) {
        return Some((unit, with_per(text, word.len(), unit)));
    }
    let first = word.find(['/', '-'])?;
    spelled(&word[..first]).map(|unit| (unit, first))
}

fn with_per(text: &str, taken: usize, unit: &'static str) -> usize {
    if unit != "requests" && unit != "errors" {
        return taken;
    }
    taken
        + ["/sec", "/s", "/min", " per second", " per minute"]
            .iter()
            .find(|per| text[taken..].starts_with(**per))
            .map_or(0, |per| per.len())
}

fn spelled(word: &str) -> Option<&'static str> {
    if word == "M" || word == "B" {
        return (word == "B").then_some("B");
    }
    let lower = Lowered::of(word);
    Some(match lower.as_str() {
        "percent" | "pct" => "%",
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => "ms",
        "us" | "microseconds" => "us",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "minutes",
        "h" | "hr" | "hrs" | "hour" | "hours" => "hours",
        "d" | "day" | "days" => "days",
        "w" | "wk" | "week" | "weeks" => "weeks",
        "month" | "months" => "months",
        "year" | "years" => "years",
        "b" | "byte" | "bytes" => "B",
        "kb" => "KB",
        "mb" | "megabytes" => "MB",
        "gb" | "gigabytes" | "g" => "GB",
        "tb" | "terabytes" => "TB",
        "kib" | "ki" => "KiB",
        "mib" | "mi" => "MiB",
        "gib" | "gi" => "GiB",
        "tib" | "ti" => "TiB",
        "mbps" | "mbit/s" => "Mbps",
        "gbps" | "gbit/s" => "Gbps",
        "rps" | "req/s" | "req/sec" | "reqs/s" | "requests/s" | "requests/sec" | "r/s" => "req/s",
        "rpm" | "req/min" | "requests/min" => "req/min",
        "qps" => "qps",
        "tps" => "tps",
        "iops" => "iops",
        "ops/s" | "ops/sec" => "ops/s",
        "consecutive" => "consecutive",
        "times" | "x" => "times",
        "error" | "errors" => "errors",
        "failure" | "failures" => "failures",
        "request" | "requests" | "req" | "reqs" => "requests",
        "restart" | "restarts" => "restarts",
        "retry" | "retries" => "retries",
        "attempt" | "attempts" => "attempts",
        "message" | "messages" | "msgs" => "messages",
        "connection" | "connections" | "conns" => "connections",
        "job" | "jobs" => "jobs",
        "item" | "items" => "items",
        "event" | "events" => "events",
        "user" | "users" => "users",
        "session" | "sessions" => "sessions",
        "pod" | "pods" => "pods",
        "replica" | "replicas" => "replicas",
        "instance" | "instances" => "instances",
        "node" | "nodes" => "nodes",
        "query" | "queries" => "queries",
        "timeout" | "timeouts" => "timeouts",
        "crash" | "crashes" => "crashes",
        "incident" | "incidents" => "incidents",
        "core" | "cores" => "cores",
        "thread" | "threads" => "threads",
        "row" | "rows" => "rows",
        _ => return None,
    })
}

/// The length of `figure` units of time; `None` when the unit is not one of time or the length is absurd.
pub(crate) fn as_duration(figure: f64, unit: &str) -> Option<Duration> {
    let millis = match unit {
        "ms" => 1.0,
        "s" => 1e3,
        "minutes" => 60e3,
        "hours" => 3_600e3,
        "days" => 86_400e3,
        "weeks" => 604_800e3,
        "months" => 30.0 * 86_400e3,
        "years" => 365.0 * 86_400e3,
        _ => return None,
    };
    let total = figure * millis;
    (total.is_finite() && (0.0..=3.2e12).contains(&total)).then(|| Duration::from_millis(total.round() as u64))
}

/// Whether the unit measures time.
pub(crate) fn is_time(unit: &str) -> bool {
    matches!(unit, "ms" | "us" | "s" | "minutes" | "hours" | "days" | "weeks" | "months" | "years")
}

/// Whether the unit counts things (errors, restarts, connections, …).
pub(crate) fn is_count(unit: &str) -> bool {
    !is_time(unit)
        && unit != "%"
        && unit.len() >= 4
        && unit.ends_with('s')
        && !unit.ends_with("/s")
        && !unit.ends_with("ps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_each() {
        for (text, unit) in [
            ("%", "%"),
            ("percent of all", "%"),
            ("mins.", "minutes"),
            ("ms p95", "ms"),
            ("GiB", "GiB"),
            ("req/s now", "req/s"),
            ("m)", "minutes"),
        ] {
            assert_eq!(unit_at(text).map(|(unit, _)| unit), Some(unit), "{text}");
        }
        for text in ["", "apples", "-", "metres", "M"] {
            assert_eq!(unit_at(text), None, "{text}");
        }
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(as_duration(1.5, "hours"), Some(Duration::from_mins(90)));
        assert_eq!(as_duration(5.0, "%"), None);
        assert_eq!(as_duration(1e300, "weeks"), None);
    }
}
