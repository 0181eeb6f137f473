//! Releases on disk: what was registered, by digest, and which of them runs where.
//!
//! The caller does: name a service, a version and a file or folder; say what runs.
//! This crate does: copy it once under its digest, refuse a version that changes, prove the copy before it is started, forget what is
//! too old and not in use.
//!
//! ```text
//! STATE/releases/SERVICE/versions/VERSION.json    what it is, where it came from, who registered it when
//! STATE/releases/SERVICE/artifacts/DIGEST/NAME    the file or folder, read-only by convention
//! STATE/releases/SERVICE/running/ENVIRONMENT.json what runs, and what ran before, newest first
//! STATE/releases/SERVICE/how/…                 how a release was brought out, for starting another instance of it
//! STATE/releases/SERVICE/scaled/ENVIRONMENT.json how many instances a person asked for
//! STATE/freeze.json                               why nothing new goes out
//! ```

mod content;
mod error;
mod files;
mod freeze;
mod image;
mod manifest;
mod outside_rollouts;
mod running;
mod store;

pub use content::digest as digest_of;
pub use error::ReleasesError;
pub use freeze::Freeze;
pub use image::{FoundImage, Kept, NewImage};
pub use manifest::Manifest;
pub use outside_rollouts::Scaled;
pub use running::{Ran, Running};
pub use store::{NewRelease, Store};
