//! Levels of authority and the people of `callsheet.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Actor, Approver, Refusal};

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

    /// Whether the actor is one of these. With none named, or where `callsheet.toml` names nobody, everyone is.
    pub fn allow(&self, actor: &Actor, any_of: &[Approver]) -> Result<(), Refusal> {
        if any_of.is_empty() || self.named.is_empty() {
            return Ok(());
        }
        if let Some(provider) = self.mere_claim(actor) {
            return Err(Refusal::Claimed { name: actor.name.clone(), provider: provider.to_owned() });
        }
        let level = self.level_of(actor);
        let fits = |one: &Approver| match one {
            Approver::Anyone => true,
            Approver::Level(least) => level.is_some_and(|level| level >= *least),
            Approver::Role(role) => self.has_role(actor, role),
        };
        if any_of.iter().any(fits) {
            return Ok(());
        }
        let has = level.map_or("no level in callsheet.toml".to_owned(), |level| format!("level {level}"));
        let needs: Vec<String> = any_of.iter().map(ToString::to_string).collect();
        Err(Refusal::Authority { name: actor.name.clone(), has, needs: needs.join(" or ") })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ActorSource;

    #[test]
    fn any_of_several_readers_is_enough_and_nobody_named_is_everybody() {
        let person =
            |level, roles: &[&str]| Person { level, roles: roles.iter().map(|&role| role.to_owned()).collect() };
        let named =
            [("lead", person(Some(Level::L3), &[])), ("keeper", person(None, &["dba"])), ("new", Person::default())];
        let people = People::from(BTreeMap::from(named.map(|(name, person)| (name.to_owned(), person))));
        let readers = [Approver::Level(Level::L3), Approver::Role("dba".to_owned())];
        let actor = |name: &str| Actor { name: name.to_owned(), source: ActorSource::Login };
        for (name, may) in [("lead", true), ("keeper", true), ("new", false), ("stranger", false)] {
            assert_eq!(people.allow(&actor(name), &readers).is_ok(), may, "{name}");
        }
        let refused = people.allow(&actor("new"), &readers).unwrap_err().to_string();
        assert_eq!(refused, "new has no level in callsheet.toml, but level L3 or the role dba is needed");
        assert_eq!(People::default().allow(&actor("stranger"), &readers), Ok(()));
        assert_eq!(people.allow(&actor("stranger"), &[]), Ok(()));
    }
}
