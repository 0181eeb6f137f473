//! Whether a rollout is under way of a service that nobody looks after: then it is not ours to bring up.

use std::path::Path;

use callsheet_base::RunId;

use crate::conductor::words;
use crate::state_folder::StateFolder;

/// The run of it. A run that only observes is none: all its traffic has moved, and it gives way to whoever comes.
pub(super) fn under_way(state: &Path, service: &str, environment: &str) -> Result<Option<RunId>, String> {
    let folder = StateFolder::open(state).map_err(words)?;
    for summary in folder.runs(true, usize::MAX).map_err(words)? {
        let Some(replayed) = folder.replay(summary.run, |_, _, _| {}).map_err(words)? else { continue };
        let run = replayed.run;
        let own =
            |plan: &callsheet_rollout::RolloutPlan| (&*plan.service, &*plan.environment) == (service, environment);
        if !run.is_observing() && run.open_rollouts().any(|(_, one)| own(one.rollout.plan())) {
            return Ok(Some(run.id()));
        }
    }
    Ok(None)
}
