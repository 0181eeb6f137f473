//! FFmpeg's work: a durable queue in PostgreSQL, workers that take from it, and FFmpeg itself.

mod canary;
mod ffmpeg;
mod progress;
mod work;
mod worker;

pub use canary::{CanaryReport, canary};
pub use ffmpeg::{Ffmpeg, Probing};
pub use work::Bench;
pub use worker::{Wake, Workers};

/// A fault of this service's own: an encoder that was there is not there any more.
pub const CODEC_REGRESSION: &str = "codec-regression";
