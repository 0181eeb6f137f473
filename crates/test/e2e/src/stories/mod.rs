//! Stories told by their seed alone: a sample in the tests, at length in `cargo xtask soak`.

mod crash;
mod rollout;
mod rotation;
mod settle;

pub use crash::{Told, crash};
pub use rollout::{Course, RECOVERED_WITHIN, ROUND, Rolled, Victim, rollout};
pub use rotation::{Kind, Place, Turned, rotation};
pub use settle::{doubtful_steps, settle_by_looking};
