//! Reads a Markdown runbook: procedures, steps, facts and diagnostics, each with its place.
//!
//! The caller does: read the file, choose a procedure, give parameters.
//! This crate does: `read(&SourceText) -> Reading`, which never fails, loses nothing and guesses nothing dangerous:
//! what is unsure becomes a manual step.

pub mod document;
pub mod model;
pub mod slug;

pub use document::Document;
pub use model::*;
