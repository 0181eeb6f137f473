//! Why no other server becomes the primary.

use crate::Act;

/// Why no other server becomes the primary, or why it stops on the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody takes writes.
    #[error("no server is a primary that answers")]
    NoPrimary,
    /// More than one does.
    #[error("{} take writes: there must be one primary", .0.join(" and "))]
    TwoPrimaries(Vec<String>),
    /// There is nobody to promote.
    #[error("no replica answers")]
    NoReplica,
    /// Several could be meant.
    #[error("there are several replicas: {}", .0.join(", "))]
    WhichReplica(Vec<String>),
    /// It cannot be told who was the primary.
    #[error("it cannot be told which server was the primary: {}", .0.join(" or "))]
    WhichPrimary(Vec<String>),
    /// No such server.
    #[error("there is no server `{0}`")]
    Unknown(String),
    /// It is the primary already.
    #[error("`{0}` is the primary already")]
    AlreadyPrimary(String),
    /// It does not answer, or is no replica.
    #[error("`{server}` cannot become the primary: {why}")]
    NotAReplica {
        /// Which.
        server: String,
        /// Why.
        why: String,
    },
    /// Another replica has more.
    #[error("`{server}` has less than `{further}`: {missing} would be lost")]
    Behind {
        /// The one that was named.
        server: String,
        /// The one that has more.
        further: String,
        /// How much more.
        missing: String,
    },
    /// The primary answers and takes writes: this is a day for a planned switchover.
    #[error("`{0}` could not be fenced: {1}")]
    NotFenced(String, String),
    /// The primary went away before the replica had everything.
    #[error("`{from}` went away before `{to}` had everything: {why}")]
    PrimaryGone {
        /// The primary.
        from: String,
        /// The replica.
        to: String,
        /// What was seen.
        why: String,
    },
    /// The server that was to become the primary went away.
    #[error("`{server}` was told to become the primary and now does not answer: {why}")]
    TargetGone {
        /// Which.
        server: String,
        /// What was seen.
        why: String,
    },
    /// An act failed and there is no other way.
    #[error("{}: {why}", .act.failed())]
    Failed {
        /// Which.
        act: Act,
        /// Why.
        why: String,
    },
}
