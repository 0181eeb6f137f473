//! Words that name what is measured, and which way is good.

/// Which way of a metric is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Good {
    /// More is better: uptime, hit ratio, free space.
    High,
    /// Less is better: errors, latency, usage.
    Low,
    /// Not an indicator we know.
    Unknown,
}

const HIGH: [&str; 19] = [
    "uptime",
    "availab",
    "success",
    "coverage",
    "hit rat",
    "hit-rat",
    "cache hit",
    "free",
    "remaining",
    "throughput",
    "apdex",
    "mtbf",
    "healthy",
    "durability",
    "satisf",
    "score",
    "replicas",
    "headroom",
    "retention",
];

const LOW: [&str; 62] = [
    "error",
    "latency",
    "response",
    "5xx",
    "4xx",
    "500s",
    "fail",
    "usage",
    "utili",
    "cpu",
    "memory",
    "disk",
    "lag",
    "queue",
    "backlog",
    "depth",
    "duration",
    "time",
    "load",
    "restart",
    "timeout",
    "connections",
    "pending",
    "retries",
    "evict",
    "p50",
    "p90",
    "p95",
    "p99",
    "rto",
    "rpo",
    "mttr",
    "mttd",
    "mtta",
    "downtime",
    "slow",
    "delay",
    "age",
    "loss",
    "rate",
    "used",
    "storage",
    "space",
    "swap",
    "heap",
    "saturation",
    "burn",
    "drift",
    "bounce",
    "crash",
    "oom",
    "exception",
    "alerts",
    "incidents",
    "stale",
    "query",
    "queries",
    "pool",
    "throttl",
    "drop",
    "temperature",
    "performance",
];

/// Which way of `metric` is good.
pub(crate) fn good(metric: &str) -> Good {
    let lower = metric.to_ascii_lowercase();
    if HIGH.iter().any(|word| lower.contains(word)) && !lower.contains("unavailab") && !lower.contains("unhealthy") {
        Good::High
    } else if LOW.iter().any(|word| lower.contains(word)) {
        Good::Low
    } else {
        Good::Unknown
    }
}

/// The comparator of a target that is stated as a bare figure: availability is at least, latency at most, none is none.
pub(crate) fn comparator_of_target(metric: &str, figure: f64) -> &'static str {
    match good(metric) {
        _ if figure == 0.0 => "=",
        Good::High => ">=",
        Good::Low => "<=",
        Good::Unknown => "=",
    }
}

/// The comparator of an alert that is stated as a bare figure.
pub(crate) fn comparator_of_alert(metric: &str) -> &'static str {
    if good(metric) == Good::High { "<" } else { ">" }
}

/// Whether "metric comparator" is a bad sign (`Some(true)`), a good one, or not to be told.
pub(crate) fn is_bad_sign(metric: &str, comparator: &str) -> Option<bool> {
    let upward = match comparator.as_bytes().first()? {
        b'>' => true,
        b'<' => false,
        _ => return None,
    };
    match good(metric) {
        Good::High => Some(!upward),
        Good::Low => Some(upward),
        Good::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_trouble() {
        assert_eq!(is_bad_sign("error rate", ">"), Some(true));
        assert_eq!(is_bad_sign("disk usage", "<"), Some(false));
        assert_eq!(is_bad_sign("available storage", "<"), Some(true));
        assert_eq!(is_bad_sign("Node.js", ">="), None);
    }
}
