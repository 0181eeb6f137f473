//! What must be so before a release goes out, each a check with evidence.
//!
//! The caller does: ask Git, run the project's commands, read files and reports.
//! This crate does: name the checks ([`Check`]), and judge what the caller found ([`Finding`]). Nothing passes unseen: what could not
//! be looked at is [`Verdict::Unknown`], which is no pass.

pub mod api_document;
pub mod attestation;
pub mod audit;
pub mod changelog;
mod check;
pub mod coverage;
mod finding;
pub mod front_end;
pub mod git;
pub mod pinned;
pub mod project;
pub mod test_report;

pub use check::{Check, CheckError, Kind};
pub use finding::{Finding, Verdict};
