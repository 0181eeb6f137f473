//! What an edge was told last, in a file: one that starts again serves at once, whoever else is dead.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use callsheet_base::{Duration, Timestamp};
use callsheet_rollout::Routing;
use serde::{Deserialize, Serialize};

use crate::EdgeConfig;

/// Version of the file's form.
const FORMAT: u32 = 1;

/// The file's content.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Saved {
    format: u32,
    config: EdgeConfig,
    routings: BTreeMap<String, SavedRouting>,
}

/// A routing and when it was applied.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct SavedRouting {
    pub(crate) routing: Routing,
    applied: Timestamp,
}

/// Why the file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} `{}`", path.display())]
pub struct SaveError {
    what: &'static str,
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

fn path(state: &Path) -> PathBuf {
    state.join("edge.json")
}

impl Default for Saved {
    fn default() -> Saved {
        Saved { format: FORMAT, config: EdgeConfig::default(), routings: BTreeMap::new() }
    }
}

impl Saved {
    /// Reads it; nothing was told yet if there is none.
    pub(crate) fn load(state: &Path) -> Result<Saved, SaveError> {
        let path = path(state);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Saved::default()),
            Err(source) => return Err(SaveError { what: "read", path, source }),
        };
        let failed = |source: std::io::Error| SaveError { what: "understand", path: path.clone(), source };
        let saved: Saved = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
        if saved.format > FORMAT {
            return Err(failed(std::io::Error::other("a newer Callsheet wrote it")));
        }
        Ok(saved)
    }

    pub(crate) fn config(&self) -> &EdgeConfig {
        &self.config
    }

    pub(crate) fn routings(&self) -> Vec<SavedRouting> {
        self.routings.values().cloned().collect()
    }

    /// Keeps a configuration.
    pub(crate) fn configure(&mut self, config: &EdgeConfig, state: &Path) -> Result<(), SaveError> {
        let next = Saved { config: config.clone(), ..self.clone() };
        next.write(state)?;
        *self = next;
        Ok(())
    }

    /// Keeps a routing.
    pub(crate) fn keep(&mut self, routing: &Routing, state: &Path) -> Result<(), SaveError> {
        let mut next = self.clone();
        let saved = SavedRouting { routing: routing.clone(), applied: Timestamp::now() };
        next.routings.insert(routing.service.clone(), saved);
        next.write(state)?;
        *self = next;
        Ok(())
    }

    /// Another file in its place, on the disk before it is.
    fn write(&self, state: &Path) -> Result<(), SaveError> {
        let path = path(state);
        let failed = |source| SaveError { what: "write", path: path.clone(), source };
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        let beside = state.join("edge.json.new");
        let written = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&beside);
        let written = written.and_then(|mut file: File| {
            file.write_all(&text)?;
            file.sync_data()
        });
        written.and_then(|()| std::fs::rename(&beside, &path)).map_err(failed)
    }
}

impl SavedRouting {
    /// What is left of its lease; `None`: it has none. A clock that was set back gives it at most its whole length again.
    pub(crate) fn lease_left(&self, now: Timestamp) -> Option<std::time::Duration> {
        let lease = self.routing.lease?;
        let passed = Duration::between(self.applied, now);
        Some(lease.to_std().saturating_sub(passed.to_std()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_rollout::Pool;
    use callsheet_traffic::Weight;

    fn routing(lease: Option<Duration>) -> Routing {
        let service = "shop".to_owned();
        Routing { service, stable: Pool::default(), canary: None, weight: Weight::NONE, held: false, lease }
    }

    #[test]
    fn what_was_kept_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut saved = Saved::load(folder.path()).unwrap();
        assert!(saved.routings().is_empty());
        let config = EdgeConfig { access_log: true, ..EdgeConfig::default() };
        saved.configure(&config, folder.path()).unwrap();
        saved.keep(&routing(None), folder.path()).unwrap();
        let again = Saved::load(folder.path()).unwrap();
        assert_eq!((again.config(), &again.routings()[0].routing), (&config, &routing(None)));
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(path(folder.path()), "{").unwrap();
        assert!(Saved::load(folder.path()).unwrap_err().to_string().starts_with("cannot understand"));
        let newer = serde_json::json!({ "format": 2, "config": {}, "routings": {} });
        std::fs::write(path(folder.path()), newer.to_string()).unwrap();
        assert!(Saved::load(folder.path()).is_err());
    }

    #[test]
    fn a_lease_goes_on_while_nobody_runs() {
        let applied: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let saved = |lease| SavedRouting { routing: routing(lease), applied };
        let lease = Some(Duration::from_secs(30));
        let left = |now: &str| saved(lease).lease_left(now.parse().unwrap()).unwrap().as_secs();
        assert_eq!(left("2026-11-22T10:00:10Z"), 20);
        assert_eq!(left("2026-11-22T10:01:00Z"), 0);
        assert_eq!(left("2026-11-22T09:00:00Z"), 30, "a clock that was set back");
        assert_eq!(saved(None).lease_left(applied), None);
    }
}
