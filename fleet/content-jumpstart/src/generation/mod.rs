//! Writes the posts of runs: five at a time, each kept as soon as it is there, so that another instance can go on.

mod check;
mod slots;
mod worker;

pub use check::check_project;
pub use slots::{POSTS, deal};
pub use worker::{Rewrite, Worker};

/// Posts of one run that are being written at the same moment.
pub const AT_ONCE: usize = 5;
