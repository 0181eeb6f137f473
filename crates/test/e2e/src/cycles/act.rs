//! What may happen in a cycle.

use crate::Seed;

/// A kind of cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Another release of system A takes over.
    Switch,
    /// Another release of the service with the sockets takes over.
    SwitchLive,
    /// A canary is turned back by a word.
    Abort,
    /// A release that has all traffic is taken back.
    Rollback,
    /// The edge is replaced.
    Upgrade,
    /// Callsheet is killed in the middle of a release, which is then resumed.
    Kill,
    /// An instance of system A is killed.
    Crash,
    /// An instance of the service with the sockets is killed.
    CrashLive,
    /// System A's schema goes back and forward again, under the release that runs; the other one then takes over on it.
    Schema,
}

impl Act {
    /// All of them.
    pub const ALL: [Act; 9] = [
        Act::Switch,
        Act::SwitchLive,
        Act::Abort,
        Act::Rollback,
        Act::Upgrade,
        Act::Kill,
        Act::Crash,
        Act::CrashLive,
        Act::Schema,
    ];

    /// Each once, in some order.
    pub(super) fn round(choices: &mut Seed) -> Vec<Act> {
        let mut round = Act::ALL.to_vec();
        for last in (1..round.len()).rev() {
            round.swap(last, choices.below(last as u64 + 1) as usize);
        }
        round
    }
}

impl std::fmt::Display for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Act::Switch => "switch",
            Act::SwitchLive => "switch with sockets",
            Act::Abort => "abort",
            Act::Rollback => "rollback",
            Act::Upgrade => "edge upgrade",
            Act::Kill => "Callsheet killed",
            Act::Crash => "instance killed",
            Act::CrashLive => "instance with sockets killed",
            Act::Schema => "schema change",
        })
    }
}
