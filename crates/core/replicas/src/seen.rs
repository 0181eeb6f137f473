//! What was seen of each server at one look.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::Position;

/// All servers of a database by name, as they were seen.
pub type Servers = BTreeMap<String, Seen>;

/// One server, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It answers and lets us in.
    Up(Up),
    /// Its machine answers, and nobody listens there.
    Refused(String),
    /// Nothing answers: it may be gone, or only not to be reached from here.
    Silent(String),
    /// It answers and does not let us in: why.
    Denied(String),
}

/// A server that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Up {
    /// What it is.
    pub role: Role,
    /// Whether an application may change rows there: it is not closed.
    pub writable: bool,
    /// Of a primary: who changes rows there even while it is closed, in words for people; `None`: nobody is known to.
    pub exempt: Option<String>,
    /// What is there: of a replica, what it has applied.
    pub position: Position,
    /// What a replica has received; of a primary its position.
    pub received: Position,
    /// Of a PostgreSQL primary: a number that grows with every transaction of a client that changes something, and with nothing else. Where it is
    /// `None`, `position` does so.
    pub writes: Option<u64>,
    /// Which data it has: the same for all servers of a PostgreSQL cluster; MariaDB: its `server_id`.
    pub identity: String,
    /// PostgreSQL: how often a primary of this data was made, as the server knows; of a replica, as whom it hears knows. The newer primary has the
    /// greater one.
    pub timeline: Option<u32>,
    /// Until when a replica's changes are applied, if it says so: the last one's instant on the primary.
    pub applied_until: Option<Timestamp>,
    /// Of a replica: whom it follows.
    pub follows: Option<Follows>,
}

/// What a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It makes changes.
    Primary,
    /// It applies another one's.
    Replica,
}

/// Whom a replica follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follows {
    /// Host and port.
    pub place: String,
    /// The [`Up::identity`] of who is followed, where it is known.
    pub identity: Option<String>,
    /// Whether changes arrive and are applied.
    pub connected: bool,
    /// How old the newest applied change is while others wait; `None` if it does not say.
    pub behind: Option<Duration>,
    /// What it says is wrong.
    pub trouble: Option<String>,
}

// === impl Seen ===

impl Seen {
    /// If it answers.
    pub fn up(&self) -> Option<&Up> {
        match self {
            Seen::Up(up) => Some(up),
            Seen::Refused(_) | Seen::Silent(_) | Seen::Denied(_) => None,
        }
    }

    /// Whether it is a primary that takes writes, be it of some only.
    pub fn takes_writes(&self) -> bool {
        self.up().is_some_and(Up::takes_writes)
    }

    /// Why it is not up, in words.
    pub fn why(&self) -> &str {
        match self {
            Seen::Up(_) => "it answers",
            Seen::Refused(why) | Seen::Silent(why) | Seen::Denied(why) => why,
        }
    }
}

impl Up {
    /// Whether it is a primary that takes writes, be it of some only.
    pub fn takes_writes(&self) -> bool {
        self.role == Role::Primary && (self.writable || self.exempt.is_some())
    }

    /// Whether it is a replica.
    pub fn is_replica(&self) -> bool {
        self.role == Role::Replica
    }
}
