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

    /// The same after that run's release was turned back: as if it had never had all traffic.
    pub fn without(mut self, run: &str) -> Running {
        let turned_back = self.0.iter().take_while(|ran| ran.run == run).count();
        self.0.drain(..turned_back);
        self
    }

    /// The same after going back to a release: what came after it is no longer what one would go back to.
    pub fn back_at(mut self, ran: Ran) -> Running {
        match self.0.iter().position(|earlier| same(&earlier.release, &ran.release)) {
            Some(at) => {
                self.0.drain(..at);
                self
            }
            None => self.with(ran),
        }
    }
}

fn same(one: &Release, other: &Release) -> bool {
    (&one.version, one.digest) == (&other.version, other.digest)
}
