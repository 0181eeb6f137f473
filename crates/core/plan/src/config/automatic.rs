//! `[automatic]`: what goes out of CI without anybody looking. An environment may say each of its keys anew.

use callsheet_base::Duration;

use super::DURATION_HINT;
use super::keys::Keys;

/// What `callsheet deploy --from-ci` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automatic {
    /// Whether anything goes out so.
    pub enabled: bool,
    /// Checks that the job must have made.
    pub checks: Vec<String>,
    /// Built longer ago it is stale.
    pub max_age: Duration,
}

impl Default for Automatic {
    fn default() -> Automatic {
        Automatic { enabled: true, checks: Vec::new(), max_age: Duration::from_hours(24) }
    }
}

/// The keys over those that hold everywhere.
pub(super) fn read_automatic(keys: &mut Keys, base: &Automatic) -> Automatic {
    Automatic {
        enabled: keys.flag("enabled").unwrap_or(base.enabled),
        checks: keys.texts("checks").unwrap_or_else(|| base.checks.clone()),
        max_age: keys.parsed("max_age", DURATION_HINT).unwrap_or(base.max_age),
    }
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use super::*;
    use crate::Config;

    #[test]
    fn an_environment_says_anew_what_differs_there() {
        let text = "[automatic]\nchecks = [\"tests\"]\n[environments.production.automatic]\nenabled = false\nmax_age = \"2h\"\n";
        let config = Config::read(&SourceText::new("callsheet.toml", text)).unwrap();
        assert!(config.automatic_in("staging").enabled);
        let there = config.automatic_in("production");
        let expected = Automatic { enabled: false, checks: vec!["tests".into()], max_age: Duration::from_hours(2) };
        assert_eq!(*there, expected);
    }
}
