//! System E: film projects from script to day sheet, behind an API and pages.
//!
//! `fountain` reads scripts and knows nothing else; `film` has the words and decides; `store` keeps; `documents` writes files; `api` and
//! `pages` answer. Two programs are built: the release that is current, and the one before it, which reads and writes the schema as it
//! was, so that deploys between two real releases can be rehearsed ([`Release`]).
#![allow(missing_docs, reason = "a program: its reader has the code before them")]

mod api;
mod cache;
mod commands;
mod config;
mod documents;
mod figures;
mod film;
pub mod fountain;
mod identity;
mod migrations;
mod pages;
mod release;
mod state;
mod store;

pub use commands::run;
pub use release::Release;
