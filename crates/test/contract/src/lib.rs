//! One suite per trait: every implementation passes the same proofs, and two stores fed the same seeded history answer alike.
//!
//! The caller does: make a fresh store, or a fresh stage, for each case.
//! This crate does: hold it to the promises written on the trait's methods.

pub mod docker;
pub mod driver;
pub mod history;
pub mod journal;
pub mod lease;
pub mod service;
