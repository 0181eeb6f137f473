//! What a drill reads in the output of a runbook's procedure `diagnose`.

/// The topics that the looks of a run said yes to. Every topic must have been looked at once.
#[track_caller]
pub fn found<'t>(topics: &[&'t str], logs: &str) -> Vec<&'t str> {
    let says = |topic: &str, more: &str| {
        let begins = format!("{topic}: {more}");
        logs.lines().filter(|line| line.trim_start().starts_with(&begins)).count()
    };
    for topic in topics {
        let all = says(topic, "");
        assert_eq!(all, 1, "`{topic}` was looked at {all} times:\n{logs}");
    }
    topics.iter().copied().filter(|topic| says(topic, "yes (") == 1).collect()
}
