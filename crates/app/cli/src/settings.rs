//! Where configuration and state are: the checked form of `--config`, `--state` and the folders around us.

use std::fs;
use std::path::{Path, PathBuf};

use callsheet_diag::SourceText;
use callsheet_plan::Config;

use crate::context::Context;
use crate::failure::Failure;
use crate::runbooks::current_folder;

/// The configuration file's name.
const FILE: &str = "callsheet.toml";

/// The state folder's name.
const STATE: &str = ".callsheet";

/// What a command works with.
#[derive(Debug)]
pub struct Settings {
    /// The repository's root, where the configuration file is or would be.
    pub root: PathBuf,
    /// What `callsheet.toml` says; its defaults if there is none.
    pub config: Config,
    /// The state folder, which may not exist yet.
    pub state: PathBuf,
}

impl Settings {
    /// For a command that names no runbook.
    pub fn here(context: &Context) -> Result<Settings, Failure> {
        Settings::find(context, None)
    }

    /// For a command about a runbook: what is above the current folder first, then what is above the file.
    pub fn for_runbook(context: &Context, file: &Path) -> Result<Settings, Failure> {
        Settings::find(context, file.parent())
    }

    fn find(context: &Context, beside: Option<&Path>) -> Result<Settings, Failure> {
        let current = current_folder()?;
        let beside = beside.map(|folder| current.join(folder));
        let file = match &context.config {
            Some(file) => Some(current.join(file)),
            None => {
                [Some(&current), beside.as_ref()].into_iter().flatten().find_map(|folder| at_or_above(folder, FILE))
            }
        };
        let root = file.as_deref().and_then(Path::parent).map(Path::to_owned);
        let root = root.unwrap_or_else(|| without_file(&current, beside.as_deref()));
        let config = file.map(|file| read(&file)).transpose()?.unwrap_or_default();
        let state = context.state.as_ref().map_or_else(|| root.join(STATE), |folder| current.join(folder));
        Ok(Settings { root, config, state })
    }
}

/// Without a configuration file: where state is already, else the Git repository's root, else the current folder.
fn without_file(current: &Path, beside: Option<&Path>) -> PathBuf {
    let folders = [Some(current), beside];
    let found = [STATE, ".git"]
        .iter()
        .find_map(|name| folders.into_iter().flatten().find_map(|folder| at_or_above(folder, name)));
    found.as_deref().and_then(Path::parent).unwrap_or(current).to_owned()
}

fn at_or_above(folder: &Path, name: &str) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(name)).find(|path| path.exists())
}

fn read(file: &Path) -> Result<Config, Failure> {
    let bytes = fs::read(file)
        .map_err(|error| Failure::configuration(format!("cannot read `{}`", file.display())).because(&error))?;
    let source = SourceText::from_bytes(file.to_string_lossy(), &bytes);
    Config::read(&source).map_err(|faults| {
        let failure = Failure::configuration(format!("`{}` is not understood", file.display()));
        faults.iter().fold(failure, |failure, fault| {
            let failure = failure.cause(format!("line {}: {}", fault.at.line, fault.message));
            match fault.hint.clone().filter(|hint| !failure.hints.contains(hint)) {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })
    })
}
