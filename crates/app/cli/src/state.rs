//! Reading the state folder: which run is meant, what a store's fault means to a person.

use std::path::Path;

use callsheet_base::{RunId, Timestamp};
use callsheet_engine::Run;
use callsheet_journal::{JournalError, RunSummary};
use callsheet_node::{FindError, Replayed, StateFolder};
use callsheet_plan::StepIndex;

use crate::execution::node_failure;
use crate::failure::Failure;
use crate::settings::Settings;

/// The state folder that is there; none is made for a command that only reads.
pub fn open(settings: &Settings) -> Result<StateFolder, Failure> {
    if !settings.state.exists() {
        return Err(Failure::user(format!("nothing has been run here: there is no `{}`", settings.state.display()))
            .hint("go to the repository's folder, or name the state folder with `--state`"));
    }
    open_at(&settings.state)
}

/// A state folder by its path.
pub fn open_at(path: &Path) -> Result<StateFolder, Failure> {
    let opened = match StateFolder::open(path) {
        // What is there can be read all the same, and a person needs it now.
        Err(JournalError::Full { .. }) => StateFolder::open_on_full_disk(path),
        opened => opened,
    };
    opened.map_err(|error| journal_failure(&error))
}

/// The run that is meant: `last`, an id, or the end of one.
pub fn find(state: &StateFolder, text: &str) -> Result<RunSummary, Failure> {
    if text == "last" {
        let newest = state.runs(false, 1).map_err(|error| journal_failure(&error))?.into_iter().next();
        return newest.ok_or_else(|| Failure::user("nothing has been run here").hint("`callsheet run FILE#procedure`"));
    }
    state.find(text).map_err(|error| match error {
        FindError::None(_) => {
            Failure::user(format!("no run's id ends in `{text}`")).hint("`callsheet runs` lists them")
        }
        FindError::Several { runs, .. } => {
            let names: Vec<String> = runs.iter().map(|run| format!("  {run}")).collect();
            Failure::user(format!("several runs' ids end in `{text}`"))
                .hint(format!("give more of it:\n{}", names.join("\n")))
        }
        FindError::Journal(error) => journal_failure(&error),
    })
}

/// A run as its journal tells it.
pub fn replay(state: &StateFolder, run: RunId) -> Result<Replayed, Failure> {
    let replayed = state.replay(run, |_, _, _| {}).map_err(node_failure)?;
    replayed.ok_or_else(|| Failure::environment(format!("run {} has no records", run.short())))
}

/// The step that is meant: its id, or its number in the plan.
pub fn find_step(run: &Run, text: &str) -> Result<StepIndex, Failure> {
    let plan = run.plan();
    if let Some(step) = plan.find(text) {
        return Ok(step);
    }
    let numbered = text.parse::<u32>().ok().filter(|number| (1..=plan.steps.len() as u32).contains(number));
    numbered.map(|number| StepIndex(number - 1)).ok_or_else(|| {
        let ids: Vec<String> =
            plan.steps.iter().enumerate().map(|(index, step)| format!("  {:>2} {}", index + 1, step.id)).collect();
        Failure::user(format!("run {} has no step `{text}`", run.id().short()))
            .hint(format!("it has:\n{}", ids.join("\n")))
    })
}

/// A store's fault as the person meets it.
pub fn journal_failure(error: &JournalError) -> Failure {
    let failure = Failure::environment(error.to_string()).because_of(error);
    match error {
        JournalError::Full { place } => {
            failure.hint(format!("make room on the disk of `{place}`; `callsheet state prune` removes old output"))
        }
        JournalError::Busy { .. } => failure.hint("try again; `callsheet serve` takes commands from many at once"),
        JournalError::Damaged { .. } => failure.hint("restore a backup: `callsheet state restore DIR`"),
        JournalError::TooNew { .. } => failure.hint("use the version of Callsheet that wrote it, or a newer one"),
        JournalError::HeadMoved { .. } => failure.hint("another process is at this run: try again"),
        JournalError::Failed { operation, .. } if operation.starts_with("make") || operation.starts_with("open") => {
            failure.hint("`--state DIR` or $CALLSHEET_STATE names a folder that this user may write to")
        }
        JournalError::Failed { .. } => failure,
    }
}

/// An instant for a person: UTC, whole seconds.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Whether a process executes the run now. One that is not over and has none stands still until somebody resumes it.
pub fn attended(folder: &StateFolder, run: RunId) -> Result<bool, Failure> {
    folder.holder(run).map(|holder| holder.is_some()).map_err(|error| journal_failure(&error))
}
