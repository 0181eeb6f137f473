//! What a runbook takes for granted about the world, and what is wrong when it is no longer so.
//!
//! The caller does: look at the world and answer each claim: there, gone, or could not be told.
//! This crate does: read the claims out of a runbook (`claims`), say what files define (`defined`), and turn answers into
//! diagnostics (`judge`). It starts nothing and opens nothing; what it is unsure of is no claim.

mod claim;
pub mod dates;
pub mod defined;
mod findings;
mod gather;
mod nearest;
mod own;

pub use claim::{Answer, Claim, Claimed, FileRole, Runner};
pub use findings::judge;
pub use gather::{Asked, claims};
pub use nearest::nearest;
pub use own::OwnCommand;
