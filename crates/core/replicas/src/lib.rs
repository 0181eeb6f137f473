//! Primary and replicas of a database, decided: who is which, what is wrong, and how another server becomes the primary.
//!
//! The caller does: look at the servers, perform one act at a time, keep the book, tell the time.
//! This crate does: say what was seen ([`Seen`]) and what is wrong with it ([`troubles`]); choose who becomes the primary ([`planned`], [`forced`]);
//! read a book of events back ([`Book`]) and say what comes next ([`decide`]). There are never two primaries: the older one takes no writes, or is
//! gone, or a person has accepted what may be lost, before the newer one is told to take them. Every act may be done twice, so that whoever comes
//! after a crash begins where the book ends.

mod book;
mod choose;
mod decide;
#[cfg(test)]
mod paper;
mod position;
mod refusal;
mod seen;
mod strays;
mod troubles;

pub use book::{Act, Book, Event, Line, Order, Outcome, Switch, Way};
pub use choose::{Chosen, forced, loss, planned, superseded};
pub use decide::{Decision, decide, may_go_back, wrote_late};
pub use position::Position;
pub use refusal::Refusal;
pub use seen::{Follows, Role, Seen, Servers, Up};
pub use strays::strays;
pub use troubles::troubles;
