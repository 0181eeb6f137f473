//! Schema migrations, decided: what the files say, what was applied, what to do next, what is risky about it.
//!
//! The caller does: read the folder and the database's history table, hold the lock, run statements, record progress.
//! This crate does: recognise the layouts that teams have ([`Set`]), cut scripts into statements and segments ([`Script`]), decide the next steps
//! ([`decide()`]), say by which sign in the catalogue a definition shows that it happened ([`signs`]), and find what locks, rewrites, destroys or
//! breaks the release that still runs ([`lint`]); say which releases run on which schema, and which way leads back ([`compatible`]).
//!
//! SQL is read by a tokenizer rather than a parser: it must never refuse what a newer server accepts, and the leading words of a definition are all
//! that these decisions need.

mod checksum;
pub mod compatible;
mod ddl;
pub mod decide;
mod engine;
mod finding;
mod history;
mod layout;
pub mod lint;
mod migration;
mod revision;
mod segments;
mod signs;
pub mod sql;

pub use checksum::checksum;
pub use ddl::{Action, ColumnDefinition, Constraint, Control, Definition, Index, Name};
pub use decide::{Decision, Goal, Step, Way, decide};
pub use engine::Engine;
pub use finding::{Finding, Severity};
pub use history::{Applied, Half, State, current};
pub use layout::{File, Layout, new_files};
pub use migration::{Migration, Phase, Script, Set};
pub use revision::Revision;
pub use segments::{Segment, Standing, is_session, segments};
pub use signs::{Sign, signs};
