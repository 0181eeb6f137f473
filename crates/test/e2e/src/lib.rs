//! Stories told with the real binaries: kill -9, resume, verify.
//!
//! The caller does: write a runbook whose steps append to a ledger, start programs, kill them at a moment, say what must hold.
//! This crate does: give each story a desk of its own (folder, state, processes), observe the journal from outside, and clean up.
//!
//! Nothing in here looks into the programs: what a story knows, a person with a shell would know.

mod answering;
mod content_jumpstart;
mod crowd;
pub mod cycles;
mod desk;
mod drills;
mod ending;
mod film_studio;
mod fleet;
mod grants;
mod invariants;
pub mod load;
mod moment;
mod operated;
mod patience;
mod processes;
mod programs;
mod seed;
mod sign_ins;
pub mod stories;
mod terminal;
mod video_editor;

pub use answering::Answering;
pub use content_jumpstart::ContentJumpstart;
pub use crowd::{Crowd, Tally, get};
pub use desk::Desk;
pub use drills::found;
pub use ending::{Ending, Program};
pub use film_studio::{FilmRelease, FilmStudio};
pub use fleet::AssetManager;
pub use grants::{Grants, GrantsRelease};
pub use invariants::{Promise, ledger_counts};
pub use moment::Moment;
pub use patience::patience;
pub use processes::Pid;
pub use programs::{callsheet_program, program};
pub use seed::Seed;
pub use sign_ins::{Account, SignIns};
pub use terminal::Terminal;
pub use video_editor::VideoEditor;

/// What a story says when a promise is broken: words for a person, with the desk's folder in them.
pub type Broken = String;
