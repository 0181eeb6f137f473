//! Backups of the databases that services rest on, as the command lists them that a person would type.

use std::path::Path;
use std::process::{Command, Stdio};

use callsheet_base::Timestamp;
use callsheet_plan::SchemaOrder;
use serde::Deserialize;

use crate::conductor::Backup;

#[derive(Deserialize)]
struct Report {
    databases: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    backups: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    id: String,
    kind: String,
    started: Timestamp,
    contents: Vec<Content>,
}

#[derive(Deserialize)]
struct Content {
    name: String,
    count: u64,
}

/// Where the commands are given.
pub(super) struct Place<'p> {
    pub(super) program: &'p Path,
    pub(super) state: &'p Path,
    pub(super) environment: &'p str,
    pub(super) directory: &'p Path,
}

impl Place<'_> {
    /// The database's backups of rows, the newest first.
    pub(super) fn backups(&self, order: &SchemaOrder) -> Result<Vec<Backup>, String> {
        let Some(name) = name(order) else { return Ok(Vec::new()) };
        let said = self.callsheet(&["backup", "list", "--format", "json", "--database", name])?;
        let report: Report = serde_json::from_slice(&said)
            .map_err(|error| format!("`callsheet backup list` is not understood: {error}"))?;
        let rows =
            |one: &One| one.contents.iter().filter(|table| !table.name.starts_with('(')).map(|table| table.count).sum();
        let listed = report.databases.into_iter().flat_map(|database| database.backups);
        let mut backups: Vec<Backup> = listed
            .filter(|one| one.kind == "logical")
            .map(|one| Backup { rows: rows(&one), id: one.id, taken: one.started })
            .collect();
        backups.sort_by(|one, other| (other.taken, &other.id).cmp(&(one.taken, &one.id)));
        Ok(backups)
    }

    fn callsheet(&self, words: &[&str]) -> Result<Vec<u8>, String> {
        let mut command = Command::new(self.program);
        command.args(words).args(["--env", self.environment, "--state"]).arg(self.state).current_dir(self.directory);
        command.env_remove("CALLSHEET_RUN").stdin(Stdio::null());
        let ended = command.output().map_err(|error| format!("cannot start `callsheet {}`: {error}", words[0]))?;
        if ended.status.success() {
            return Ok(ended.stdout);
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        Err(format!("`callsheet {}` ended with {}: {}", words[0], ended.status, said.trim()))
    }
}

/// The database's name in `callsheet.toml`; it has none where only a variable is known.
fn name(order: &SchemaOrder) -> Option<&str> {
    order.database.strip_prefix('`')?.strip_suffix('`')
}
