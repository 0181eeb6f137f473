//! Backups of the databases that services rest on, as the command lists them that a person would type.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use callsheet_base::Timestamp;
use callsheet_plan::SchemaOrder;
use callsheet_processes::{Bounds, within};
use serde::Deserialize;

use crate::conductor::Backup;

/// A store that does not answer holds up nobody for longer, and a list of that size is none.
const BOUNDS: Bounds = Bounds { time: Duration::from_secs(60), kept: 64 << 20 };

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
        let said = self.callsheet(&["backup", "list", "--format", "json", "--database", name], BOUNDS)?;
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

    fn callsheet(&self, words: &[&str], bounds: Bounds) -> Result<Vec<u8>, String> {
        let mut command = Command::new(self.program);
        command.args(words).args(["--env", self.environment, "--state"]).arg(self.state).current_dir(self.directory);
        command.env_remove("CALLSHEET_RUN");
        let shown = format!("`callsheet {}`", words[..2].join(" "));
        let ended = within(command, None, bounds).map_err(|error| match error.kind() {
            ErrorKind::TimedOut => format!("{shown}: {error}"),
            _ => format!("cannot start {shown}: {error}"),
        })?;
        if ended.status.success() {
            return Ok(ended.stdout);
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        Err(format!("{shown} ended with {}: {}", ended.status, said.trim()))
    }
}

/// The database's name in `callsheet.toml`; it has none where only a variable is known.
fn name(order: &SchemaOrder) -> Option<&str> {
    order.database.strip_prefix('`')?.strip_suffix('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell in place of the program reads the file `backup` of the folder.
    fn check(script: &str, time: Duration) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("backup"), script).expect("it can be written");
        let place = Place {
            program: Path::new("/bin/sh"),
            state: Path::new("state"),
            environment: "live",
            directory: folder.path(),
        };
        place.callsheet(&["backup", "list"], Bounds { time, ..BOUNDS })
    }

    #[test]
    fn a_list_that_does_not_come_is_given_up() {
        let why = check("sleep 600", Duration::from_secs(1)).expect_err("it hangs");
        assert_eq!(why, "`callsheet backup list`: it had not ended after 1 s and was killed");
    }

    #[test]
    fn a_list_that_fails_says_why() {
        let why = check("echo no bucket >&2; exit 3", BOUNDS.time).expect_err("it fails");
        assert_eq!(why, "`callsheet backup list` ended with exit status: 3: no bucket");
        assert_eq!(check("echo \"$@\"", BOUNDS.time).expect("it succeeds"), b"list --env live --state state\n");
    }
}
