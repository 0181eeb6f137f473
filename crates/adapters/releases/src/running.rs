//! What runs in an environment, and what ran before.

use callsheet_base::Timestamp;
use callsheet_rollout::Release;
use serde::{Deserialize, Serialize};

/// A release that ran, or runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ran {
    /// Which.
    pub release: Release,
    /// Since when it had all traffic.
    pub since: Timestamp,
    /// The run that brought it there.
    pub run: String,
}

/// What runs in an environment: newest first; empty before the first release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Running(pub Vec<Ran>);

/// More is not remembered.
const MOST: usize = 100;

impl Running {
    /// What runs.
    pub fn current(&self) -> Option<&Release> {
        self.0.first().map(|ran| &ran.release)
    }

    /// What to go back to: the newest release that is another than the one that runs.
    pub fn before(&self) -> Option<&Release> {
        let current = self.current()?;
        self.0.iter().map(|ran| &ran.release).find(|release| !same(release, current))
    }

    /// The same with this one running. Saying it twice changes nothing.
    pub fn with(mut self, ran: Ran) -> Running {
        if !self.current().is_some_and(|current| same(current, &ran.release)) {
            self.0.insert(0, ran);
            self.0.truncate(MOST);
        }
        self
    }
}

fn same(one: &Release, other: &Release) -> bool {
    (&one.version, one.digest) == (&other.version, other.digest)
}
