//! Who acts: actors, levels, approval rules, and whether an actor may approve.
//!
//! The caller does: find out who is at the keyboard, read `callsheet.toml`.
//! This crate does: decide whether that actor may do this, and say why not.

mod actor;
mod approval;
mod people;

pub use actor::{Actor, ActorSource};
pub use approval::{ApprovalRule, Approver, Refusal, RuleError};
pub use people::{Level, People, Person};
