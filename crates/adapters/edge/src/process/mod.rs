//! The edge as a process: how it is started, what it does from its first to its last moment, what it keeps in its folder.

mod run;
mod saved;
mod start;

use std::path::{Path, PathBuf};

pub use run::{RunError, RunOptions, run};
pub use saved::SaveError;
pub(crate) use saved::Saved;
pub use start::{StartError, Started, start, start_as_before, upgrade};

/// The control socket of a state folder's edge.
pub fn socket(state: &Path) -> PathBuf {
    state.join("edge.sock")
}
