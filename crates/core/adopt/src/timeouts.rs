//! Timeouts that the words state: "takes up to 10 minutes".

use std::sync::LazyLock;

use callsheet_base::Duration;
use regex::Regex;

static STATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let verb = r"takes?|last|lasts|runs? for|needs?";
    let most = r"up to|at most|no more than|no longer than|not more than|a maximum of";
    let unit = r"secs?|seconds?|s|mins?|minutes?|m|hrs?|hours?|h";
    let limit = format!(r"\b(?:{verb})\s+(?:{most})|\btimes out after|\btimeout(?: is| of|:)");
    Regex::new(&format!(r"(?i)(?:{limit})\s+(?:\d+\s*[-–]\s*)?(\d+)\s*({unit})\b")).ok()
});

/// The longest time that the words allow a step to take, if they name a limit.
pub(crate) fn stated(words: &str) -> Option<Duration> {
    let pattern = STATED.as_ref()?;
    let limits = pattern.captures_iter(words).filter_map(|found| {
        let limit: Duration = format!("{}{}", &found[1], &found[2]).parse().ok()?;
        (limit > Duration::ZERO).then_some(limit)
    });
    limits.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_limits_are_timeouts() {
        let mins = |count| Some(Duration::from_mins(count));
        assert_eq!(stated("Migrate. It takes up to 10 minutes."), mins(10));
        assert_eq!(stated("This can take up to 1 h"), mins(60));
        assert_eq!(stated("takes at most 90 seconds"), Some(Duration::from_secs(90)));
        assert_eq!(stated("times out after 5 min"), mins(5));
        assert_eq!(stated("It takes up to 5-10 minutes"), mins(10));
        for words in ["takes 10 minutes", "wait 10 minutes", "up to 10 minutes of downtime", "runs at most 3 jobs"] {
            assert_eq!(stated(words), None, "{words}");
        }
    }
}
