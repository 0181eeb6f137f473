//! What a rollout has run at moments of its own: a migration, a front end's files, warm-up, the user's flows, later verifications.
//!
//! The caller does: run them, and say how each ended. The rollout says when: nothing else of it goes on meanwhile that rests on them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One moment at which something is run. In this order, but for the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hook {
    /// Before the first new instance starts; where both sets may never run together, after the old one has ended.
    Migrate,
    /// The new set is ready and has no user: files of the front end go live.
    Assets,
    /// After that: routes are asked until they are quick, through the preview address.
    Warm,
    /// After that: the user's flows, through the preview address. The last thing before the first user.
    Smoke,
    /// All traffic is on the new set: the same flows through the public address.
    Public,
    /// Some time after that: the later verification of this index, through the public address.
    Later(usize),
}

impl Hook {
    /// Whether it asks the new set before any user does; else what users reach.
    pub fn is_before_users(self) -> bool {
        matches!(self, Hook::Migrate | Hook::Assets | Hook::Warm | Hook::Smoke)
    }

    /// A stable word: what the run's shell is told of the moment.
    pub fn word(self) -> &'static str {
        match self {
            Hook::Migrate => "migrate",
            Hook::Assets => "assets",
            Hook::Warm => "warm",
            Hook::Smoke => "preview",
            Hook::Public => "public",
            Hook::Later(_) => "later",
        }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hook::Migrate => "the migration",
            Hook::Assets => "publishing the front end",
            Hook::Warm => "the warm-up",
            Hook::Smoke => "the smoke test through the preview address",
            Hook::Public => "the smoke test through the public address",
            Hook::Later(_) => "a later verification",
        })
    }
}
