//! Processes on Linux as supervisors see them: which is which, who descends from whom, signals, control groups, commands bounded in time.
//!
//! The caller does: supervise something (a run's steps, an instance of a service).
//! This crate does: what every supervisor on this system needs, without a policy of its own.

mod bounded;
pub mod cgroup;
mod family;
mod program;
mod signals;
mod stat;

pub use bounded::{Bounds, Ended, bounded, within};
pub use family::{bury_orphans, descendants, has_children, signal_all};
pub use program::find_program;
pub use signals::Signals;
pub use stat::{ProcessStat, all_processes, current_boot, is_running, process_stat};
