//! What holds of a service between rollouts: how its release was brought out, and how many instances a person asked for.

use std::path::PathBuf;

use callsheet_base::Timestamp;
use callsheet_rollout::Release;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::file;
use crate::store::names;
use crate::{Manifest, ReleasesError, Store, files};

/// How many instances a person asked for, until they ask for as many as are configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scaled {
    /// So many.
    pub instances: u16,
    /// Who asked.
    pub who: String,
    /// Why, in their words.
    pub why: String,
    /// When.
    pub when: Timestamp,
}

impl Store {
    /// Keeps how a release runs in an environment: what the caller needs to start another instance of it. Durable when it returns.
    pub fn keep_how<T: Serialize>(
        &self,
        service: &str,
        environment: &str,
        release: &Release,
        how: &T,
    ) -> Result<(), ReleasesError> {
        let path = self.how_path(service, environment, release)?;
        let unwritable = |error: serde_json::Error| file("write", &path)(error.into());
        let wanted = serde_json::to_value(how).map_err(unwritable)?;
        // Said again and again while a release is looked after.
        match files::read::<serde_json::Value>(&path)? {
            Some(known) if known == wanted => Ok(()),
            _ => files::write(&path, &wanted),
        }
    }

    /// What was kept; `None` if nothing was.
    pub fn how<T: DeserializeOwned>(
        &self,
        service: &str,
        environment: &str,
        release: &Release,
    ) -> Result<Option<T>, ReleasesError> {
        files::read(&self.how_path(service, environment, release)?)
    }

    /// How many instances a person asked for.
    pub fn scaled(&self, service: &str, environment: &str) -> Result<Option<Scaled>, ReleasesError> {
        files::read(&self.scaled_path(service, environment)?)
    }

    /// Keeps how many are asked for. Durable when it returns.
    pub fn scale(&self, service: &str, environment: &str, scaled: &Scaled) -> Result<(), ReleasesError> {
        files::write(&self.scaled_path(service, environment)?, scaled)
    }

    /// As many as are configured again.
    pub fn unscale(&self, service: &str, environment: &str) -> Result<(), ReleasesError> {
        let path = self.scaled_path(service, environment)?;
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// Of a release that is forgotten, in every environment.
    pub(crate) fn forget_how(&self, service: &str, manifest: &Manifest) -> Result<(), ReleasesError> {
        let end = format!(".{}.{}.json", manifest.version, manifest.digest.short());
        for path in names(&self.service(service)?.join("how"))? {
            if path.to_string_lossy().ends_with(&end) {
                std::fs::remove_file(&path).map_err(file("remove", &path))?;
            }
        }
        Ok(())
    }

    fn how_path(&self, service: &str, environment: &str, release: &Release) -> Result<PathBuf, ReleasesError> {
        // Both names are proved by the paths that are made of them.
        self.running_path(service, environment)?;
        self.manifest_path(service, &release.version)?;
        let name = format!("{environment}.{}.{}.json", release.version, release.digest.short());
        Ok(self.service(service)?.join("how").join(name))
    }

    fn scaled_path(&self, service: &str, environment: &str) -> Result<PathBuf, ReleasesError> {
        self.running_path(service, environment)?;
        Ok(self.service(service)?.join("scaled").join(format!("{environment}.json")))
    }
}
