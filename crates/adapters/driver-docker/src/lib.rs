//! Runs instances as containers, through the Docker Engine's API.
//!
//! Docker itself is the supervisor: it outlives us, starts a container again after a crash, and remembers all there is to know. This
//! crate keeps nothing of its own but secrets, in files in memory. A container's name says what is wanted of it: `OWNER.ID` is to run,
//! `OWNER.ended.ID` is to end, or has ended and is kept for its log. Its label `callsheet.spec` says what was asked for.
//!
//! The caller does: choose names that were never used, say what to run, look again and again; only a look gives up a crash loop.
//! This crate does: containers, their network (one for each environment), readiness, secrets.
//!
//! The Engine must run on this machine, under Linux: instances are reached at their own addresses, and secrets by a mounted folder.

mod container;
mod create;
mod driver;
mod ends;
mod engine;
mod exec;
mod images;
mod listing;
mod log;
mod ready;
mod secrets;
mod settings;

pub use driver::DockerDriver;
pub use exec::Stream;
pub use images::{Image, ImageError};
pub use settings::{SecretWay, Settings};
