//! What stories are about.

/// What a story is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Procedures of every sort.
    Runs,
    /// Deploys and rollbacks of one service.
    Releases,
}

impl Kind {
    /// How many times as long its stories are.
    pub(crate) fn longer(self) -> u64 {
        match self {
            Kind::Runs => 1,
            Kind::Releases => 8,
        }
    }
}
