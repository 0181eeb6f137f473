//! A container of ours, as the Engine describes it.

use std::net::{IpAddr, SocketAddr};

use bollard::models::{ContainerInspectResponse, ContainerState, ContainerStateStatusEnum, RestartPolicyNameEnum};
use callsheet_base::Timestamp;
use callsheet_rollout::InstanceSpec;

/// Containers listen on this port of their own address.
pub(crate) const PORT: u16 = 8080;

/// Holds the whole of what was asked for.
pub(crate) const SPEC: &str = "callsheet.spec";

/// Which installation of Callsheet it belongs to.
pub(crate) const OWNER: &str = "callsheet.owner";

/// The instance's name.
pub(crate) const INSTANCE: &str = "callsheet.instance";

/// A container and what it was made for.
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) spec: InstanceSpec,
    /// It is to end, or has ended.
    pub(crate) ended: bool,
    pub(crate) restarts: u32,
    /// Docker starts it again after a crash.
    pub(crate) starts_again: bool,
    pub(crate) address: Option<SocketAddr>,
    pub(crate) created: Option<Timestamp>,
    state: ContainerState,
}

impl Container {
    /// `None` for one whose label we cannot read.
    pub(crate) fn read(inspected: ContainerInspectResponse, owner: &str) -> Option<Container> {
        let labels = inspected.config?.labels?;
        let spec: InstanceSpec = serde_json::from_str(labels.get(SPEC)?).ok()?;
        let policy = inspected.host_config.and_then(|host| host.restart_policy).and_then(|policy| policy.name);
        let networks = inspected.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
        let address = networks.values().find_map(|endpoint| endpoint.ip_address.as_ref()?.parse::<IpAddr>().ok());
        let name = inspected.name.unwrap_or_default();
        Some(Container {
            id: inspected.id?,
            ended: name.trim_start_matches('/').starts_with(&name_of_ended(owner, "")),
            restarts: inspected.restart_count.unwrap_or_default().max(0) as u32,
            starts_again: !matches!(policy, None | Some(RestartPolicyNameEnum::NO | RestartPolicyNameEnum::EMPTY)),
            address: address.map(|ip| SocketAddr::new(ip, PORT)),
            created: inspected.created.and_then(|created| created.to_string().parse().ok()),
            state: inspected.state?,
            spec,
        })
    }

    pub(crate) fn status(&self) -> ContainerStateStatusEnum {
        self.state.status.unwrap_or(ContainerStateStatusEnum::EMPTY)
    }

    /// A process of it exists.
    pub(crate) fn is_running(&self) -> bool {
        let status = self.status();
        matches!(status, ContainerStateStatusEnum::RUNNING | ContainerStateStatusEnum::PAUSED)
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.state.pid.filter(|pid| *pid > 0).map(|pid| pid as u32)
    }

    /// When it got into the state it is in.
    pub(crate) fn since(&self) -> Timestamp {
        let text = if self.is_running() { &self.state.started_at } else { &self.state.finished_at };
        let at = text.as_ref().and_then(|text| text.parse().ok());
        at.or(self.created).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// How its process ended, in words; of one that does not run.
    pub(crate) fn end(&self) -> String {
        match self.state.error.as_deref() {
            Some(error) if !error.is_empty() => format!("not started: {error}"),
            _ => end_words(self.state.exit_code.unwrap_or_default(), self.state.oom_killed == Some(true), &self.spec),
        }
    }
}

/// An end in words.
pub(crate) fn end_words(code: i64, out_of_memory: bool, spec: &InstanceSpec) -> String {
    let words = match code {
        // As shells write it; a program that ends so by itself cannot be told apart.
        129..160 => format!("exit code {code}, signal {}", code - 128),
        _ => format!("exit code {code}"),
    };
    match spec.limits.memory_bytes {
        Some(bytes) if out_of_memory => format!("out of memory (limit {} MiB, {words})", bytes >> 20),
        _ if out_of_memory => format!("out of memory ({words})"),
        _ => words,
    }
}

/// The name of a container that is to run.
pub(crate) fn name_of(owner: &str, instance: &str) -> String {
    format!("{owner}.{}", plain(instance))
}

/// The name of a container that is to end, or has ended.
pub(crate) fn name_of_ended(owner: &str, instance: &str) -> String {
    format!("{owner}.ended.{}", plain(instance))
}

/// Docker's names have fewer characters than ours.
fn plain(instance: &str) -> String {
    instance.replace(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)), "_")
}
