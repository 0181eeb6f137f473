//! Finds the steps: walks the document and decides, block by block, what is to be done.
//!
//! `walk` goes through sections, `items`, `prose` and `code` judge list items, running text and code blocks, and
//! `assemble` turns each [`Draft`] into a [`crate::model::Step`].

mod assemble;
mod blanks;
mod choices;
mod draft;
mod entries;
mod headings;
mod items;
mod kind;
mod lines;
mod outcomes;
mod overview;
mod prose;
mod sentences;
mod walk;
mod ways;

pub(crate) use assemble::{Shared, assemble};
pub(crate) use draft::Draft;
pub(crate) use headings::{is_numbered, names_step};
pub(crate) use walk::drafts;
pub(crate) use ways::Ways;
