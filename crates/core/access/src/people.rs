//! Levels of authority and the people of `callsheet.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Actor;

/// Level of authority. L1 restarts and clears caches, L2 deploys and changes configuration, L3 authorises emergency acts, L4 decides strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Level {
    L1,
    L2,
    L3,
    L4,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "L1" | "l1" => Ok(Level::L1),
            "L2" | "l2" => Ok(Level::L2),
            "L3" | "l3" => Ok(Level::L3),
            "L4" | "l4" => Ok(Level::L4),
            _ => Err(()),
        }
    }
}

/// What `callsheet.toml` says of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// Level of authority.
    pub level: Option<Level>,
    /// Roles held (`dba`, `release-manager`).
    pub roles: Vec<String>,
}

/// Everybody named in `callsheet.toml`. When nobody is named, every actor counts as L4: a team of one needs no list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// By name.
    pub named: BTreeMap<String, Person>,
    /// CI systems whose variables count as knowing who acts: where nobody but the CI system can set them.
    pub trusted_ci: Vec<String>,
}

impl People {
    /// The actor's level. Someone not listed in a non-empty list has none.
    pub fn level_of(&self, actor: &Actor) -> Option<Level> {
        if self.named.is_empty() {
            return Some(Level::L4);
        }
        self.named.get(&actor.name)?.level
    }

    /// Whether the actor holds `role`.
    pub fn has_role(&self, actor: &Actor, role: &str) -> bool {
        self.named.get(&actor.name).is_some_and(|person| person.roles.iter().any(|held| held == role))
    }

    /// The CI system through which the actor's name is claimed, unless its word is trusted here. Where nobody is named, names
    /// carry no authority that one could claim.
    pub fn mere_claim<'a>(&self, actor: &'a Actor) -> Option<&'a str> {
        actor.claimed_through().filter(|_| !self.named.is_empty()).filter(|provider| !self.trusts(provider))
    }

    /// Whether two actors may be one person: by name, or because one user of the operating system acts under two names.
    pub fn same(&self, one: &Actor, other: &Actor) -> bool {
        let user = |actor: &Actor| actor.uid().filter(|_| !actor.claimed_through().is_some_and(|ci| self.trusts(ci)));
        one.name == other.name || user(one).is_some_and(|uid| user(other) == Some(uid))
    }

    fn trusts(&self, provider: &str) -> bool {
        self.trusted_ci.iter().any(|trusted| trusted == provider)
    }
}

impl From<BTreeMap<String, Person>> for People {
    fn from(named: BTreeMap<String, Person>) -> People {
        People { named, trusted_ci: Vec::new() }
    }
}
