//! The executable version of a runbook: what the reader concluded is written down as attributes and front matter.
//!
//! The caller does: read the file's bytes, show the difference, write the text back.
//! This crate does: [`adopt`] makes the smallest edits that leave nothing to be concluded, reads the result, and keeps only
//! edits that leave every step what it was. Bytes outside the edits stay as they are; adopting twice changes nothing.

mod adopt;
mod curl;
mod edit;
mod facts;
mod front;
mod info;
mod parameters;
mod places;
mod proposal;
mod same;
mod summary;
mod ties;
mod timeouts;
mod yaml;

pub use adopt::{Adoption, adopt};
pub use same::{Difference, same};
pub use summary::{Left, Named, Part, Summary};
