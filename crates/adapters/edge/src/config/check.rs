//! Active health checks.

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

/// How the instances of a service are asked whether they are well. An answer that names another version than the pool's counts as
/// none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HealthCheck {
    /// HTTP path; 2xx is well.
    pub path: String,
    /// Between two checks of one instance.
    #[serde(default = "HealthCheck::default_interval")]
    pub interval: Duration,
    /// For one answer.
    #[serde(default = "HealthCheck::default_timeout")]
    pub timeout: Duration,
    /// So many failures in a row take an instance out.
    #[serde(default = "HealthCheck::default_failures")]
    pub failures: u32,
    /// The answer must name the pool's version: a JSON field `version`, or the header `x-version`.
    #[serde(default = "HealthCheck::default_names_version")]
    pub names_version: bool,
}

impl HealthCheck {
    /// Of a path, with the usual times.
    pub fn of(path: impl Into<String>) -> HealthCheck {
        HealthCheck {
            path: path.into(),
            interval: HealthCheck::default_interval(),
            timeout: HealthCheck::default_timeout(),
            failures: HealthCheck::default_failures(),
            names_version: HealthCheck::default_names_version(),
        }
    }

    fn default_interval() -> Duration {
        Duration::from_secs(2)
    }

    fn default_timeout() -> Duration {
        Duration::from_secs(1)
    }

    fn default_failures() -> u32 {
        2
    }

    fn default_names_version() -> bool {
        true
    }
}
