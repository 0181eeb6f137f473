//! What was decided of a database's backups: where they go, who can read them, how often, how long they are kept, what was promised.

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

use crate::{Kind, Objectives};

/// `[databases.NAME.backup]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// A folder, or `s3://BUCKET/PREFIX`. `None`: `backups/` in the state folder.
    pub storage: Option<String>,
    /// The S3-compatible server, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Logical, or the server's files.
    pub kind: Kind,
    /// age recipients (`age1…`). None: backups are not encrypted.
    pub recipients: Vec<String>,
    /// The age identity that reads them: `$VARIABLE`, or a file.
    pub identity: Option<String>,
    /// What manifests are sealed with: `$VARIABLE`, or a file.
    pub seal_key: Option<String>,
    /// At most so long between two backups.
    pub every: Option<Duration>,
    /// At most so long between two restores into a scratch instance.
    pub drill: Option<Duration>,
    /// Which are kept.
    pub keep: Keep,
    /// What was promised.
    pub objectives: Objectives,
    /// Asked of the restored database.
    pub queries: Vec<Query>,
    /// Whether `migrate up` makes one first.
    pub before_migrations: bool,
}

/// Which backups are kept: the newest so many, and the newest of each of the last so many days, weeks, months that have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// Of all.
    pub last: u32,
    /// Days (UTC).
    pub daily: u32,
    /// Weeks, from Monday.
    pub weekly: u32,
    /// Months.
    pub monthly: u32,
}

/// How often something is due: a word (`hourly`, `daily`, `weekly`, `monthly`, `quarterly`, `yearly`) or a span (`6h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every(pub Duration);

impl std::str::FromStr for Every {
    type Err = callsheet_base::DurationError;

    fn from_str(text: &str) -> Result<Every, Self::Err> {
        const DAY: u64 = 24;
        // A month and a quarter as long as the longest ones, so that the same day of the next one is in time.
        let hours = match text {
            "hourly" => 1,
            "daily" => DAY,
            "weekly" => 7 * DAY,
            "monthly" => 31 * DAY,
            "quarterly" => 92 * DAY,
            "yearly" => 366 * DAY,
            span => return span.parse().map(Every),
        };
        Ok(Every(Duration::from_hours(hours)))
    }
}

/// A question to the restored database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// In the database's own language.
    pub text: String,
    /// What the answer must be, lines and tabs as the engine's own program prints them. `None`: it only must not fail.
    pub expect: Option<String>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            storage: None,
            endpoint: None,
            region: None,
            kind: Kind::Logical,
            recipients: Vec::new(),
            identity: None,
            seal_key: None,
            every: None,
            drill: None,
            keep: Keep { last: 7, daily: 14, weekly: 8, monthly: 12 },
            objectives: Objectives::default(),
            queries: Vec::new(),
            before_migrations: false,
        }
    }
}

impl Keep {
    /// Whether nothing at all would be kept.
    pub fn is_nothing(&self) -> bool {
        *self == Keep::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_have_words() {
        let hours = |text: &str| text.parse::<Every>().map(|every| every.0.as_millis() / 3_600_000).ok();
        assert_eq!((hours("daily"), hours("quarterly"), hours("6h")), (Some(24), Some(92 * 24), Some(6)));
        assert_eq!(hours("often"), None);
    }
}
