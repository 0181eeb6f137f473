//! Stories told by their seed alone: a sample in the tests, at length in `cargo xtask soak`.

mod crash;
mod settle;

pub use crash::{Told, crash};
pub use settle::{doubtful_steps, settle_by_looking};
