//! A freeze: no new release goes out of a state folder. Ways back stay open.

use std::fmt;

use callsheet_base::Timestamp;
use serde::{Deserialize, Serialize};

/// Why nothing is deployed now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Freeze {
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None`: until it is lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who said so.
    pub who: String,
    /// Why, in their words.
    pub why: String,
}

impl Freeze {
    /// Whether it holds at this instant.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let until = self.until.map_or_else(|| "it is lifted".to_owned(), instant);
        write!(f, "deploys are frozen until {until}: {} ({}, since {})", self.why, self.who, instant(self.since))
    }
}
