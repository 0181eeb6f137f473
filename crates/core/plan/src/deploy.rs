//! Bringing out a release: what a deploy or rollback act is told.

use serde::{Deserialize, Serialize};

use crate::ServiceSpec;

/// One act that changes which release of a service runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DeployOrder {
    /// The service.
    pub service: String,
    /// Which release is to run.
    pub goal: Goal,
    /// How the service runs, as configured when the plan was made.
    pub spec: ServiceSpec,
}

/// Which release is to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// This version, judged stage by stage.
    Version {
        /// As its health answer names it.
        version: String,
        /// What is registered under it first: a file or folder, relative to `callsheet.toml`, or an image of a service that runs in
        /// containers. `None`: it is registered already, or its image is the configured one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        artifact: Option<String>,
        /// Why one cannot go back from it, if so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_way: Option<String>,
    },
    /// The way back, as short as is safe: a rollout that is under way is turned back; else the whole set of a kept release is made
    /// ready and gets all traffic at once.
    Back {
        /// A kept version; `None`: the one before the one that runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
}

impl Goal {
    /// In words: `version 1.4.0`, `the release before`.
    pub fn words(&self) -> String {
        match self {
            Goal::Version { version, .. } => format!("version {version}"),
            Goal::Back { to: Some(version) } => format!("back to version {version}"),
            Goal::Back { to: None } => "back to the release before".to_owned(),
        }
    }
}
