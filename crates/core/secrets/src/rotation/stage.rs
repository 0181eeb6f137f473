//! The stages of a rotation, and in which order each kind goes through them, forth and back.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is rotated how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Keys that services make themselves valid: they sign with one and accept another beside it.
    Keys,
    /// Passwords of two users of a server that take turns.
    Users,
    /// Keys of a provider that only a person can make and revoke.
    Manual,
}

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// To the new version.
    Forth,
    /// Back to the one before.
    Back,
}

/// One durable stage. Each may be done again after a crash in its midst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Make the new value and store it as pending.
    Store,
    /// Have the server accept the new one beside the old one.
    Admit,
    /// Try the new one where it will be used, before anything depends on it.
    Try,
    /// Start the instances anew so that each accepts the new one, while all still sign with the old one.
    Announce,
    /// The new one is the one in use, the old one is still valid: one write.
    Promote,
    /// On the way back: the old one is the one in use again, the new one is still valid: one write.
    Restore,
    /// Start the instances anew, so that each uses what is in use.
    Roll,
    /// Log in for real with what is in use.
    Verify,
    /// See that the other one is used no more.
    Quiet,
    /// Make the other one invalid.
    Retire,
    /// Start the instances anew, so that none accepts the other one.
    Forget,
    /// Destroy the other one's value.
    Destroy,
}

impl Stage {
    /// For a person, as something that is being done.
    pub fn words(self) -> &'static str {
        match self {
            Stage::Store => "store a new value",
            Stage::Admit => "make the new one valid beside the old",
            Stage::Try => "try the new one",
            Stage::Announce => "have every instance accept the new one",
            Stage::Promote => "put the new one in use",
            Stage::Restore => "put the old one in use again",
            Stage::Roll => "start the instances anew",
            Stage::Verify => "log in for real",
            Stage::Quiet => "see the last use of the other one",
            Stage::Retire => "revoke the other one",
            Stage::Forget => "have no instance accept the other one",
            Stage::Destroy => "destroy the other one's value",
        }
    }

    /// The word in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Store => "store",
            Stage::Admit => "admit",
            Stage::Try => "try",
            Stage::Announce => "announce",
            Stage::Promote => "promote",
            Stage::Restore => "restore",
            Stage::Roll => "roll",
            Stage::Verify => "verify",
            Stage::Quiet => "quiet",
            Stage::Retire => "retire",
            Stage::Forget => "forget",
            Stage::Destroy => "destroy",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// All stages of a rotation, in order. `offered`: something outside may accept the new one already; `promoted`: it was in use.
pub fn path(kind: Kind, way: Way, offered: bool, promoted: bool) -> &'static [Stage] {
    use Stage::{Admit, Announce, Destroy, Forget, Promote, Quiet, Restore, Retire, Roll, Store, Try, Verify};
    match (way, kind) {
        // All instances must accept the new key before one signs with it: else a user who is signed in by one is a stranger to the next.
        (Way::Forth, Kind::Keys) => &[Store, Announce, Promote, Roll, Verify, Quiet, Retire, Forget, Destroy],
        (Way::Forth, Kind::Users | Kind::Manual) => &[Store, Admit, Try, Promote, Roll, Verify, Quiet, Retire, Destroy],
        (Way::Back, Kind::Keys) if promoted => &[Restore, Roll, Verify, Quiet, Retire, Forget, Destroy],
        (Way::Back, Kind::Users | Kind::Manual) if promoted => &[Restore, Roll, Verify, Quiet, Retire, Destroy],
        (Way::Back, Kind::Keys) if offered => &[Retire, Forget, Destroy],
        (Way::Back, _) => &[Retire, Destroy],
    }
}
