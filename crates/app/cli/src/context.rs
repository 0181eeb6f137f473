//! What every command is given: the screen and the options before the command's own.

use std::path::PathBuf;

use crate::screen::Screen;

/// The checked global options.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where words go.
    pub screen: Screen,
    /// `--state` or `CALLSHEET_STATE`.
    pub state: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
}
