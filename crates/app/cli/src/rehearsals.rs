//! Rehearsals on record: which procedure was rehearsed as it stands, when, and how it ended.
//!
//! A rehearsal is a run in the environment `rehearsal` whose reason begins with [`MARK`] and the procedure's digest. So its
//! date and result are in the journal's chain, and a procedure that changed since counts as not rehearsed.

use std::collections::BTreeMap;

use callsheet_base::{Digest, Timestamp};
use callsheet_engine::Event;
use callsheet_rot::Answer;
use callsheet_runbook::{Procedure, Reading};

use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// The environment that rehearsals run in.
pub const ENVIRONMENT: &str = "rehearsal";
const MARK: &str = "rehearsal of procedure ";
/// A rehearsal older than this says little.
const LONGEST_DAYS: i64 = 180;
/// How many runs are looked through.
const MOST_RUNS: usize = 1000;

/// The last good rehearsal by digest of procedure.
#[derive(Clone, Debug, Default)]
pub struct Rehearsals(BTreeMap<String, Timestamp>);

/// The reason that a rehearsal is recorded with.
pub fn reason(procedure: &Procedure, skipped: &[String]) -> String {
    let skipped = if skipped.is_empty() { String::new() } else { format!("; not done: {}", skipped.join(", ")) };
    format!("{MARK}{}{skipped}", digest(procedure))
}

/// The digest of what a procedure does: its steps' kinds, commands and expectations. Words and dates around them may change.
fn digest(procedure: &Procedure) -> String {
    let mut text = String::new();
    for step in &procedure.steps {
        text.push_str(&format!("{:?} {:?} {:?}\n", step.kind, step.runs, step.attributes));
        step.acts.iter().for_each(|act| text.push_str(&format!("{:?} {}\n", act.kind, act.command)));
        step.expects.iter().for_each(|expect| text.push_str(&format!("{:?}\n", expect.test)));
    }
    Digest::of(text.as_bytes()).to_string()
}

/// Reads them from the state folder; none where nothing was run.
pub fn read(settings: &Settings) -> Result<Rehearsals, Failure> {
    let mut found = Rehearsals::default();
    if !settings.state.exists() {
        return Ok(found);
    }
    let folder = state::open(settings)?;
    let runs = folder.runs(false, MOST_RUNS).map_err(|error| state::journal_failure(&error))?;
    for run in runs.into_iter().filter(|run| run.environment == ENVIRONMENT && run.phase == "done") {
        let mut why = String::new();
        let each = |_: &_, _: &_, event: &Event| {
            if let Event::Created(created) = event {
                why.clone_from(&created.why);
            }
        };
        folder.replay(run.run, each).map_err(crate::execution::node_failure)?;
        let digest = why.strip_prefix(MARK).map(|rest| rest.split(';').next().unwrap_or_default().to_owned());
        if let Some(digest) = digest {
            let newest = found.0.entry(digest).or_insert(run.updated);
            *newest = (*newest).max(run.updated);
        }
    }
    Ok(found)
}

impl Rehearsals {
    /// Whether a procedure as it stands was rehearsed not long before `now`.
    pub fn answer(&self, reading: &Reading, slug: &str, now: Timestamp) -> Answer {
        let procedure = reading.runbook.procedures.iter().find(|procedure| procedure.slug == slug);
        let Some(at) = procedure.and_then(|procedure| self.0.get(&digest(procedure))) else { return Answer::gone() };
        match (now.as_millisecond() - at.as_millisecond()) / 86_400_000 {
            days if days > LONGEST_DAYS => Answer::gone_seen(format!("{days} days")),
            _ => Answer::There,
        }
    }
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use super::*;

    fn read(text: &str) -> Reading {
        callsheet_runbook::read(&SourceText::new("a.md", text))
    }

    #[test]
    fn a_rehearsal_is_of_the_procedure_as_it_stands_and_grows_old() {
        let reading = read("# A\n\n## B\n\nWords.\n\n```bash\nls\n```\n");
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let why = reason(&reading.runbook.procedures[0], &["drop".to_owned()]);
        let digest = why.strip_prefix(MARK).and_then(|rest| rest.split(';').next()).unwrap().to_owned();
        let rehearsals = Rehearsals([(digest, at)].into());
        let soon = "2026-02-01T00:00:00Z".parse().unwrap();
        assert_eq!(rehearsals.answer(&reading, "b", soon), Answer::There);
        let other_words = read("# A\n\n## B\n\nOther words.\n\n```bash\nls\n```\n");
        assert_eq!(rehearsals.answer(&other_words, "b", soon), Answer::There);
        let other_command = read("# A\n\n## B\n\nWords.\n\n```bash\nls -l\n```\n");
        assert_eq!(rehearsals.answer(&other_command, "b", soon), Answer::gone());
        let late = "2026-08-01T00:00:00Z".parse().unwrap();
        assert_eq!(rehearsals.answer(&reading, "b", late), Answer::gone_seen("212 days"));
    }
}
