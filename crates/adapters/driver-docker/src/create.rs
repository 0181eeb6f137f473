//! From what is asked for to a container.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, HostConfigLogConfig, Mount, MountType, NetworkingConfig,
    RestartPolicy, RestartPolicyNameEnum,
};
use callsheet_base::Secret;
use callsheet_rollout::InstanceSpec;

use crate::container::{INSTANCE, OWNER, PORT, SPEC};

/// What is kept of a log if nothing else is asked for: 16 MiB, in two files.
const LOG_BYTES: u64 = 16 << 20;

/// What is not in the specification.
pub(crate) struct Around<'a> {
    pub(crate) owner: &'a str,
    pub(crate) network: &'a str,
    /// The image's id or `NAME@sha256:…`.
    pub(crate) image: String,
    /// The folder with a file for each secret.
    pub(crate) secrets_folder: Option<String>,
    pub(crate) secret_variables: Vec<String>,
}

pub(crate) fn body(spec: &InstanceSpec, around: Around<'_>) -> ContainerCreateBody {
    let filled = |text: &str| text.replace("{port}", &PORT.to_string());
    let mut environment = vec![format!("PORT={PORT}"), format!("CALLSHEET_INSTANCE={}", spec.id.0)];
    environment.extend(spec.environment_variables.iter().map(|(name, value)| format!("{name}={}", filled(value))));
    environment.extend(around.secret_variables);
    let mut words = spec.command.iter().map(|word| filled(word));
    let program = words.next();
    let arguments: Vec<String> = words.collect();
    ContainerCreateBody {
        image: Some(around.image),
        env: Some(environment),
        // Without a command the image's own.
        cmd: program.is_some().then_some(arguments),
        entrypoint: program.map(|program| vec![program]),
        working_dir: spec.folder.is_absolute().then(|| spec.folder.display().to_string()),
        labels: Some(labels(spec, around.owner)),
        stop_signal: Some("SIGTERM".into()),
        stop_timeout: Some(seconds(spec.grace)),
        host_config: Some(host_config(spec, around.network, around.secrets_folder)),
        networking_config: Some(NetworkingConfig {
            endpoints_config: Some(HashMap::from([(around.network.to_owned(), endpoint(spec))])),
        }),
        ..ContainerCreateBody::default()
    }
}

/// Docker counts a grace in whole seconds.
pub(crate) fn seconds(grace: callsheet_base::Duration) -> i64 {
    grace.as_millis().div_ceil(1000) as i64
}

/// Instances of a service answer to its name within their environment.
fn endpoint(spec: &InstanceSpec) -> EndpointSettings {
    EndpointSettings { aliases: Some(vec![spec.service.clone()]), ..EndpointSettings::default() }
}

fn labels(spec: &InstanceSpec, owner: &str) -> HashMap<String, String> {
    // Everything in it can be written as JSON.
    let whole = serde_json::to_string(spec).unwrap_or_default();
    let pairs = [
        (SPEC, whole.as_str()),
        (OWNER, owner),
        (INSTANCE, &spec.id.0),
        ("callsheet.service", &spec.service),
        ("callsheet.environment", &spec.environment),
        ("callsheet.version", &spec.release.version),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn host_config(spec: &InstanceSpec, network: &str, secrets_folder: Option<String>) -> HostConfig {
    let bytes = spec.limits.log_bytes.unwrap_or(LOG_BYTES);
    let log = BTreeMap::from([("max-size", format!("{}", (bytes / 2).max(1))), ("max-file", "2".to_owned())]);
    let memory = spec.limits.memory_bytes.map(|bytes| bytes as i64);
    let mount = |source| Mount {
        source: Some(source),
        target: Some(crate::secrets::INSIDE.into()),
        typ: Some(MountType::BIND),
        read_only: Some(true),
        ..Mount::default()
    };
    HostConfig {
        network_mode: Some(network.to_owned()),
        memory,
        // As much swap as memory means none beside it.
        memory_swap: memory,
        nano_cpus: spec.limits.cpu_millis.map(|millis| i64::from(millis) * 1_000_000),
        restart_policy: Some(restarting(true)),
        security_opt: Some(vec!["no-new-privileges".into()]),
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".into()),
            config: Some(log.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        }),
        mounts: secrets_folder.map(|source| vec![mount(source)]),
        ..HostConfig::default()
    }
}

/// Docker's own restarts: it waits 100 ms, doubled up to a minute, anew after ten good seconds.
pub(crate) fn restarting(again: bool) -> RestartPolicy {
    let name = if again { RestartPolicyNameEnum::UNLESS_STOPPED } else { RestartPolicyNameEnum::NO };
    RestartPolicy { name: Some(name), maximum_retry_count: None }
}

/// For the environment of the container: the caller wants it so.
pub(crate) fn as_variables(secrets: &BTreeMap<String, Secret<String>>) -> Vec<String> {
    secrets.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect()
}
