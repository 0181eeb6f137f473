//! Reads a Markdown runbook: procedures, steps, facts and diagnostics, each with its place.
//!
//! The caller does: read the file, choose a procedure, give parameters.
//! This crate does: `read(&SourceText) -> Reading`, and `read_with` once the caller has looked up what the first reading `wants`; it never fails, loses nothing and guesses nothing dangerous:
//! what is unsure becomes a manual step.

mod adopted;
pub mod alternatives;
pub mod attributes;
pub mod contexts;
pub mod dangers;
mod diagnostics;
pub mod document;
pub mod expectations;
pub mod facts;
pub mod fences;
mod flows;
mod front_matter;
pub mod interactive;
pub mod model;
mod own_tools;
mod pace;
pub mod placeholders;
mod procedures;
mod read;
pub mod shell;
pub mod slug;
mod steps;
mod ties;
pub mod verbs;
pub mod waits;
pub mod words;

pub use document::Document;
pub use flows::{FILE, FlowCall, FlowFile, FlowSurroundings, FlowWants, GivenVariable, flows_of};
pub use model::*;
pub use pace::{InTurn, Pace};
pub use read::{read, read_at, read_with};
