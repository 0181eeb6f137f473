//! Releases in a scripted town: instances, one edge and users, under the real conductor.
//!
//! The town outlives every process, as instances and edge do. Whatever a conductor does to it is held against the journal at once
//! (`rules`), and whatever the journal says is held against what was seen (`record`).

mod driver;
mod edge;
mod evidence;
mod grounds;
mod instances;
mod metrics;
mod outcome;
mod people;
mod procedure;
mod record;
mod rules;
mod tending;
mod town;

pub(crate) use grounds::Hands;
pub(crate) use outcome::{check, endings};
pub(crate) use people::say;
pub(crate) use procedure::{Setting, random};
pub(crate) use record::{Said, agrees};
pub(crate) use tending::Conductors;
pub(crate) use town::Town;
