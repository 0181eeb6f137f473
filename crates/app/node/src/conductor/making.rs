//! From a release to what a driver is asked for.

use std::path::Path;

use callsheet_base::Timestamp;
use callsheet_plan::ServiceSpec;
use callsheet_releases::Kept;
use callsheet_rollout::{InstanceId, InstanceSpec, Release, RestartPolicy};
use callsheet_secrets::Reference;

/// What instances are made of.
pub(crate) struct Making<'a> {
    pub(crate) service: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) spec: &'a ServiceSpec,
    /// Relative paths begin here.
    pub(crate) directory: &'a Path,
    pub(crate) release: &'a Release,
    pub(crate) kept: &'a Kept,
}

impl Making<'_> {
    /// Why the release cannot run as the service is configured.
    pub(crate) fn misfit(&self) -> Option<String> {
        let Making { service, release, .. } = self;
        match (self.kept, &self.spec.containers) {
            (Kept::Files(_), Some(containers)) => Some(format!(
                "version {} of {service} is a file or folder, and {} runs it in containers",
                release.version, containers.place
            )),
            (Kept::Image(name), None) => Some(format!(
                "version {} of {service} is the image `{name}`, and `callsheet.toml` runs it as processes",
                release.version
            )),
            _ => None,
        }
    }

    /// One instance. `number` makes names differ within a millisecond.
    pub(crate) fn instance(&self, now: Timestamp, number: u32) -> InstanceSpec {
        let Making { service, environment, spec, release, .. } = self;
        // Milliseconds and a counter: no name is used twice, whoever looked after the service before.
        let id = format!("{service}-{environment}-{}-{}.{number}", release.version, now.as_millisecond());
        let files = self.kept.files();
        let path = files.map(|files| files.to_string_lossy().into_owned()).unwrap_or_default();
        let filled = |text: &String| text.replace("{release}", &path).replace("{version}", &release.version);
        let folder = match (&spec.folder, files) {
            (Some(folder), _) => self.directory.join(filled(folder)),
            (None, Some(files)) if files.is_dir() => files.to_owned(),
            (None, Some(_)) => self.directory.to_owned(),
            // The image's own.
            (None, None) => Default::default(),
        };
        // Those that refer to a secret come with the secrets.
        let plain = spec.variables.iter().filter(|(_, value)| !Reference::is_meant(value));
        InstanceSpec {
            id: InstanceId(id),
            service: (*service).to_owned(),
            environment: (*environment).to_owned(),
            release: (*release).clone(),
            image: match self.kept {
                Kept::Image(name) => Some(name.clone()),
                Kept::Files(_) => None,
            },
            command: spec.command.iter().map(filled).collect(),
            environment_variables: plain.map(|(name, value)| (name.clone(), filled(value))).collect(),
            folder,
            ready: spec.ready.clone(),
            grace: spec.grace,
            limits: spec.limits,
            restart: RestartPolicy::default(),
        }
    }
}
