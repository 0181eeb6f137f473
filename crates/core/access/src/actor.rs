//! Who did something, and how we know.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who acts. On every record that a person or machine caused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// Name as the source gives it (`root`, `octo-org/deploy`).
    pub name: String,
    /// How the name is known.
    #[serde(flatten)]
    pub source: ActorSource,
}

/// How an actor's name is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "known_by", rename_all = "kebab-case")]
pub enum ActorSource {
    /// The operating system's user, by process or socket peer credentials.
    OsUser {
        /// User id.
        uid: u32,
    },
    /// Environment variables of a continuous-integration job: a claim, for anybody can set variables.
    Ci {
        /// `github`, `gitlab`, ….
        provider: String,
        /// The operating system's user in whose environment they stand; unknown in old records.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uid: Option<u32>,
    },
    /// A login to our own API.
    Login,
    /// Callsheet itself: a timer, a trigger, a schedule.
    System,
}

impl Actor {
    /// Callsheet itself.
    pub fn system() -> Actor {
        Actor { name: "callsheet".to_owned(), source: ActorSource::System }
    }

    /// The CI system by whose variables the name is only claimed, not known.
    pub fn claimed_through(&self) -> Option<&str> {
        match &self.source {
            ActorSource::Ci { provider, .. } => Some(provider),
            ActorSource::OsUser { .. } | ActorSource::Login | ActorSource::System => None,
        }
    }

    /// The operating system's user who acts, under whatever name.
    pub(crate) fn uid(&self) -> Option<u32> {
        match self.source {
            ActorSource::OsUser { uid } => Some(uid),
            ActorSource::Ci { uid, .. } => uid,
            ActorSource::Login | ActorSource::System => None,
        }
    }
}

impl fmt::Display for Actor {
    /// `ops`, or `octo (claimed: github)`: a name that is not known says so wherever it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.claimed_through() {
            Some(provider) => write!(f, "{} (claimed: {provider})", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_says_so_and_old_records_stay_readable() {
        let old = r#"{"name":"octo","known_by":"ci","provider":"github"}"#;
        let actor: Actor = serde_json::from_str(old).unwrap();
        assert_eq!(actor.to_string(), "octo (claimed: github)");
        assert_eq!(serde_json::to_string(&actor).unwrap(), old);
        let known = Actor { name: "ops".to_owned(), source: ActorSource::OsUser { uid: 1000 } };
        assert_eq!((known.to_string().as_str(), known.claimed_through()), ("ops", None));
    }
}
