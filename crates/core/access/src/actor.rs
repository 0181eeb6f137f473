//! Who did something, and how we know.

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
    /// A continuous-integration job's environment.
    Ci {
        /// `github`, `gitlab`, ….
        provider: String,
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
}
