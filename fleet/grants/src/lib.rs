//! System D: grant documents, beneficiaries and budgets, behind an API and pages.
//!
//! Two releases are built from it: `grants` is the second; `grants-v1` is the first, kept buildable so that a deploy through
//! a change of the schema, and the way back, can be rehearsed at any time. What they differ in asks [`Generation`].
#![allow(missing_docs, reason = "a program in two releases: its reader has the code before them")]

mod afm;
mod api;
mod commands;
mod config;
mod generation;
mod grant;
mod identity;
mod live;
mod migrations;
mod pages;
mod rekeying;
mod state;
mod store;
mod version;

pub use commands::run;
pub use generation::Generation;
