//! One shell's state from step to step: read out of a bash that ends, put into the bash that begins.
//!
//! Bash itself does both, in its own process: what it reads first (`BASH_ENV`) restores the state, checks the whole script's
//! syntax, and sets an EXIT trap that writes the state into memory of the keeper. The script is run as it is, so line
//! numbers, `set -e` and everything else are bash's own.

mod declared;
mod prologue;
mod quote;
mod special;
mod state;

pub use prologue::{Prologue, SYNTAX_MARK};
pub use state::ShellState;

/// True if the program is bash, by its name: only bash passes its state on.
pub fn is_bash(program: &str) -> bool {
    program.rsplit('/').next().is_some_and(|name| name.starts_with("bash"))
}
