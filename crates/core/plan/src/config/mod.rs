//! `callsheet.toml`: services, environments, people, approvals, channels, defaults of a run.
//!
//! Everything has a default that is good enough for one service on one machine: a missing file is an empty one.

mod automatic;
mod backup;
mod conditions;
mod containers;
mod database;
mod edge;
mod fault;
mod hooks;
mod keys;
mod read;
mod recurring;
mod release;
mod schema;
mod secrets;
mod service;
mod size;

use std::collections::BTreeMap;

use callsheet_access::{ApprovalRule, People};
use callsheet_base::Duration;

pub use automatic::Automatic;
pub use conditions::ConditionSettings;
pub use containers::{Containers, SecretsReach};
pub use edge::{EdgeSettings, Sticky, TlsFiles};
pub use fault::ConfigFault;
pub(crate) use hooks::HOOK_KEYS;
pub use hooks::{HookSettings, LaterWork, Work};
pub use recurring::{NotRecurring, Recurring};
pub use release::ReleaseSettings;
pub use schema::SchemaSettings;
pub use secrets::{DeclaredSecret, SecretsConfig};
pub use service::ServiceSpec;

use crate::{Retry, Target};

const DURATION_HINT: &str = "write a number and a unit, like `90s`, `15m`, `24h` or `7d`";

/// What `callsheet.toml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// `[services.NAME]`.
    pub services: BTreeMap<String, ServiceConfig>,
    /// `[environments.NAME]`.
    pub environments: BTreeMap<String, EnvironmentConfig>,
    /// `[people."name"]`.
    pub people: People,
    /// `[approvals]`.
    pub approvals: ApprovalsConfig,
    /// `[notify.NAME]`.
    pub notify: BTreeMap<String, Channel>,
    /// `[databases.NAME]`: where SQL steps and migrations go.
    pub databases: BTreeMap<String, DatabaseConfig>,
    /// `[metrics.NAME]`: where conditions on metrics are asked.
    pub metrics: BTreeMap<String, Source>,
    /// `[automatic]`: what goes out of CI without anybody looking.
    pub automatic: Automatic,
    /// `[run]`.
    pub run: RunConfig,
    /// `[secrets.NAME]` and `[secret_stores.NAME]`.
    pub secrets: SecretsConfig,
}

/// Where something is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its address; may name an environment variable as `$NAME` or a secret as `secret://NAME`, and must where it holds a credential.
    pub url: String,
}

/// `[databases.NAME]`: one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// Where it is.
    pub source: Source,
    /// The folder of its migration files, relative to the repository's root.
    pub migrations: Option<String>,
    /// `[databases.NAME.backup]`: how it is backed up. `None`: nothing is said of it.
    pub backup: Option<callsheet_backups::Policy>,
    /// `[databases.NAME.servers.SERVER]`: the primary and its replicas. None: nothing is said of them.
    pub servers: BTreeMap<String, DatabaseServer>,
}

/// `[databases.NAME.servers.SERVER]`: one of the servers that have the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseServer {
    /// Its address, for an administrator.
    pub source: Source,
    /// A command that makes it stop from outside, so that it takes no write any more.
    pub fence: Option<String>,
}

/// `[services.NAME]`: one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceConfig {
    /// Its runbooks, relative to the repository's root.
    pub runbooks: Vec<String>,
    /// Parameters that every run of it gets unless told otherwise.
    pub parameters: BTreeMap<String, String>,
    /// How it runs, if Callsheet runs it.
    pub spec: Option<ServiceSpec>,
}

/// `[environments.NAME]`: one environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvironmentConfig {
    /// `target = { host, kube_context, account }`: verified before the first step.
    pub target: Target,
    /// Parameters that runs in it get unless told otherwise.
    pub parameters: BTreeMap<String, String>,
    /// Overrules `[approvals] danger` here.
    pub danger: Option<ApprovalRule>,
    /// Overrules `[run]` here.
    pub run: Option<RunConfig>,
    /// Overrules `[automatic]` here.
    pub automatic: Option<Automatic>,
    /// `[environments.NAME.services.SERVICE]`: services that run otherwise here, with everything that holds for them.
    pub services: BTreeMap<String, ServiceSpec>,
}

impl Config {
    /// What may go out of CI by itself in `environment`.
    pub fn automatic_in(&self, environment: &str) -> &Automatic {
        let here = self.environments.get(environment).and_then(|environment| environment.automatic.as_ref());
        here.unwrap_or(&self.automatic)
    }

    /// How `service` runs in `environment`, if Callsheet runs it.
    pub fn service_in(&self, service: &str, environment: &str) -> Option<&ServiceSpec> {
        let here = self.environments.get(environment).and_then(|environment| environment.services.get(service));
        here.or_else(|| self.services.get(service)?.spec.as_ref())
    }
}

/// `[approvals]`: who must approve what no attribute speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalsConfig {
    /// Dangerous steps. `None`: whoever runs confirms each.
    pub danger: Option<ApprovalRule>,
    /// Steps of prose that ask for an approval. `None`: anyone.
    pub prose: Option<ApprovalRule>,
    /// After this an approval that no attribute times expires.
    pub expires: Option<Duration>,
}

/// `[notify.NAME]`: where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The terminal and the run's record.
    Terminal,
    /// JSON posted to an address.
    Webhook {
        /// Where; may name an environment variable as `$NAME`, or a secret as `secret://NAME`.
        url: String,
    },
    /// Slack's webhook format.
    Slack {
        /// Where; may name an environment variable as `$NAME`, or a secret as `secret://NAME`.
        url: String,
    },
}

/// `[run]`: defaults of every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunConfig {
    /// Of shell acts without `timeout=`. `None`: they may take for ever.
    pub timeout: Option<Duration>,
    /// Most bytes kept of one act's output.
    pub output_cap: u64,
    /// Of steps without `retry=`.
    pub retry: Retry,
    /// Whether a failed step without `rollback=` pauses the run for a person instead of ending it.
    pub pause_on_failure: bool,
    /// The program of shell acts and its arguments.
    pub shell: Vec<String>,
    /// A soak of at least this length, with nothing but watching after it, lets newer runs take over.
    pub observe_after: Duration,
}

impl Default for RunConfig {
    fn default() -> RunConfig {
        RunConfig {
            timeout: Some(Duration::from_hours(1)),
            output_cap: 1 << 20,
            retry: Retry { again: 0, backoff: Duration::from_secs(1), most: Duration::from_mins(5) },
            pause_on_failure: false,
            shell: ["bash", "-eo", "pipefail"].map(str::to_owned).to_vec(),
            observe_after: Duration::from_mins(30),
        }
    }
}
