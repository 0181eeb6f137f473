//! A supervisor: one thread that waits on everything at once (see `event_loop`), because there is one instance and nothing to share.

mod check;
mod ending;
mod event_loop;
mod family;
pub(crate) mod group;
mod life;
mod port;
mod report;
mod spawn;
mod startup;

pub use startup::main;
