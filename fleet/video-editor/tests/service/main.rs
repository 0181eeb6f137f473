//! The service as it runs: against real PostgreSQL, Redis and FFmpeg.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod browsers;
mod collaboration;
mod configuration;
mod editing;
mod faults;
mod jobs;
mod member;
mod page;
mod releases;
mod running;
mod samples;
mod snapshots;
mod uploads;
