//! `[services.NAME]`: how a service runs. An environment may say each of its keys anew.

use std::collections::BTreeMap;

use callsheet_base::Duration;
use callsheet_rollout::{Limits, ReadyCheck};
use callsheet_secrets::Reference;
use serde::{Deserialize, Serialize};

use super::DURATION_HINT;
use super::containers::{Containers, read_containers};
use super::edge::{EdgeSettings, read_edge};
use super::keys::Keys;
use super::recurring::Recurring;
use super::release::{ReleaseSettings, read_release};
use super::secrets::check_reference;
use super::size::Size;

/// How a service runs and is released, as the configuration says it. A plan that deploys it carries a copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceSpec {
    /// In containers; `None`: as processes of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containers: Option<Containers>,
    /// Program and arguments; empty for an image that brings its own. `{port}` stands for the port that is chosen for an instance,
    /// `{release}` for the release's file or folder, `{version}` for its version.
    pub command: Vec<String>,
    /// Where it runs, relative to `callsheet.toml`; `{release}` as above. `None`: in the release, if that is a folder, else beside
    /// `callsheet.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// How many run.
    pub instances: u16,
    /// Environment variables; `{port}`, `{release}` and `{version}` as above. One whose value is `secret://NAME` gets the secret's value when an
    /// instance starts.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Names of environment variables that are secret: taken from the environment of who deploys, or from the secrets of the environment; never
    /// stored.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// How readiness is seen.
    pub ready: ReadyCheck,
    /// How long an instance may take to end after it was told to, before it is killed.
    pub grace: Duration,
    /// Requests a second that one instance carries, if somebody measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Commands that succeed while what the service depends on is healthy: asked before a restart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// When its instances are restarted, one after the other, by a server that runs then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restart_at: Vec<Recurring>,
    /// What an instance may use.
    #[serde(default)]
    pub limits: Limits,
    /// How a newer release takes over.
    pub release: ReleaseSettings,
    /// How requests reach it.
    pub edge: EdgeSettings,
}

impl ServiceSpec {
    /// The variables that get a secret's value, with what they refer to.
    pub fn references(&self) -> impl Iterator<Item = (&String, Reference)> {
        self.variables.iter().filter_map(|(name, value)| Some((name, value.parse().ok()?)))
    }
}

/// What is assumed of a service of which only the command is known.
fn assumed() -> ServiceSpec {
    ServiceSpec {
        containers: None,
        command: Vec::new(),
        folder: None,
        instances: 1,
        variables: BTreeMap::new(),
        secrets: Vec::new(),
        ready: ReadyCheck { path: "/health".to_owned(), interval: Duration::from_millis(500), names_version: true },
        grace: Duration::from_secs(30),
        capacity: None,
        dependencies: Vec::new(),
        restart_at: Vec::new(),
        limits: Limits::default(),
        release: ReleaseSettings::default(),
        edge: EdgeSettings::default(),
    }
}

/// The keys of a service that runs; `None` where no command is named and none was before.
pub(super) fn read_spec(table: &mut Keys, base: Option<&ServiceSpec>) -> Option<ServiceSpec> {
    let command_at = table.span("command");
    let command = table.texts("command");
    if command.as_ref().is_some_and(Vec::is_empty) {
        let hint = "write the program and its arguments: `command = [\"./shop\", \"--port\", \"{port}\"]`".to_owned();
        table.fault(command_at.clone(), format!("`{}.command` is empty", table.path()), Some(hint));
    }
    let says_more = table.has_any(&SPEC_KEYS);
    let containers = read_containers(table, base.and_then(|base| base.containers.as_ref()));
    let runs = command.is_some() || base.is_some() || containers.is_some();
    if says_more && !runs {
        let hint = "write `command = [\"./shop\", \"--port\", \"{port}\"]`".to_owned();
        table.fault(command_at.clone(), format!("`{}` has no `command`", table.path()), Some(hint));
    }
    let mut spec = base.cloned().unwrap_or_else(assumed);
    spec.containers = containers;
    spec.command = command.unwrap_or(spec.command);
    let folder_at = table.span("folder");
    spec.folder = table.text("folder").or(spec.folder);
    let instances_at = table.span("instances");
    if let Some(count) = table.count("instances") {
        match u16::try_from(count) {
            Ok(count) if (1..=1000).contains(&count) => spec.instances = count,
            _ => table.fault(
                instances_at,
                format!("`{}.instances` cannot be {count}", table.path()),
                Some("write a number from 1 to 1000".to_owned()),
            ),
        }
    }
    let variables_at = table.span("environment");
    let variables = table.named_texts("environment");
    for value in variables.values() {
        check_reference(table, variables_at.clone(), value);
    }
    spec.variables.extend(variables);
    if spec.containers.is_some() {
        let faults = [(command_at, spec.command.iter().collect()), (variables_at, spec.variables.values().collect())];
        refuse_files(table, &faults, folder_at, &spec);
    }
    let capacity_at = table.span("capacity");
    if let Some(count) = table.count("capacity") {
        spec.capacity = u32::try_from(count).ok().filter(|count| *count > 0);
        if spec.capacity.is_none() {
            let hint = Some("write how many requests a second one instance carries".to_owned());
            table.fault(capacity_at, format!("`{}.capacity` cannot be {count}", table.path()), hint);
        }
    }
    spec.dependencies = table.texts("dependencies").unwrap_or(spec.dependencies);
    let restart_at = table.span("restart_at");
    if let Some(texts) = table.texts("restart_at") {
        spec.restart_at = texts.iter().filter_map(|text| recurring(table, restart_at.clone(), text)).collect();
    }
    spec.secrets = table.texts("secrets").unwrap_or(spec.secrets);
    spec.grace = table.parsed("grace", DURATION_HINT).unwrap_or(spec.grace);
    if let Some(mut keys) = table.table("ready") {
        read_ready(&mut keys, &mut spec.ready);
        keys.finish();
    }
    if let Some(mut keys) = table.table("limits") {
        read_limits(&mut keys, &mut spec.limits);
        keys.finish();
    }
    if let Some(mut keys) = table.table("release") {
        read_release(&mut keys, &mut spec.release, spec.instances);
        keys.finish();
    }
    if let Some(mut keys) = table.table("edge") {
        read_edge(&mut keys, &mut spec.edge);
        keys.finish();
    }
    runs.then_some(spec)
}

fn recurring(table: &mut Keys, at: core::ops::Range<usize>, text: &str) -> Option<Recurring> {
    let read = text.parse();
    if read.is_err() {
        let hint = "write a time of each day or week, UTC: `restart_at = [\"04:00\"]` or `[\"Sun 04:00\"]`".to_owned();
        table.fault(at, format!("`{}.restart_at` cannot be `{text}`", table.path()), Some(hint));
    }
    read.ok()
}

/// Keys that mean nothing without a command.
const SPEC_KEYS: [&str; 15] = [
    "capacity",
    "dependencies",
    "restart_at",
    "driver",
    "image",
    "docker",
    "folder",
    "instances",
    "environment",
    "secrets",
    "grace",
    "ready",
    "limits",
    "release",
    "edge",
];

/// An image has no file of the release's on this machine.
fn refuse_files(
    table: &Keys,
    texts: &[(core::ops::Range<usize>, Vec<&String>)],
    folder_at: core::ops::Range<usize>,
    spec: &ServiceSpec,
) {
    for (at, texts) in texts {
        if let Some(text) = texts.iter().find(|text| text.contains("{release}")) {
            let hint = "a container has its image's files: name them as they lie in the image".to_owned();
            table.fault(at.clone(), format!("`{text}` of `{}` means a file of this machine", table.path()), Some(hint));
        }
    }
    if let Some(folder) = spec.folder.as_ref().filter(|folder| !folder.starts_with('/')) {
        let hint = "name a folder of the image, beginning with `/`, or none".to_owned();
        table.fault(folder_at, format!("`{}.folder` cannot be `{folder}`", table.path()), Some(hint));
    }
}

fn read_ready(keys: &mut Keys, ready: &mut ReadyCheck) {
    let path_at = keys.span("path");
    if let Some(path) = keys.text("path") {
        if !path.starts_with('/') {
            let message = format!("`{}.path` must begin with `/`, not `{path}`", keys.path());
            keys.fault(path_at, message, Some(format!("write `/{path}`")));
        }
        ready.path = path;
    }
    let interval_at = keys.span("interval");
    ready.interval = keys.parsed("interval", DURATION_HINT).unwrap_or(ready.interval);
    if ready.interval == Duration::ZERO {
        let message = format!("`{}.interval` cannot be 0", keys.path());
        keys.fault(interval_at, message, Some("write `500ms`".to_owned()));
    }
    ready.names_version = keys.flag("names_version").unwrap_or(ready.names_version);
}

fn read_limits(keys: &mut Keys, limits: &mut Limits) {
    const SIZE_HINT: &str = "write a number and a unit, like `512MiB` or `2GiB`";
    limits.memory_bytes = keys.parsed::<Size>("memory", SIZE_HINT).map(|size| size.0).or(limits.memory_bytes);
    limits.log_bytes = keys.parsed::<Size>("log", SIZE_HINT).map(|size| size.0).or(limits.log_bytes);
    let at = keys.span("cpu");
    if let Some(cores) = keys.number("cpu") {
        if (0.01..=1024.0).contains(&cores) {
            limits.cpu_millis = Some((cores * 1000.0) as u32);
        } else {
            let message = format!("`{}.cpu` cannot be {cores}", keys.path());
            keys.fault(at, message, Some("write how many cores it may use, like `1.5`".to_owned()));
        }
    }
}
