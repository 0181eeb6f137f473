//! The keeper itself: one thread that waits on everything at once (see `event_loop`).
//!
//! One thread, because then starting a step, claiming it and writing its record need no locks, and a step costs no
//! hand-over. Everything here is bounded by the machine's own calls; nothing waits for a client.

mod attempt;
mod cgroup;
mod clients;
mod ending;
mod event_loop;
mod failpoint;
mod family;
mod finish;
mod left_files;
mod requests;
mod spawn;
mod start;
mod startup;
mod terminal;

pub use startup::main;
