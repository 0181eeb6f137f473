//! Bringing out a release: what a deploy or rollback act is told.

use serde::{Deserialize, Serialize};

use callsheet_base::Duration;
use callsheet_rollout::{Condition, Hook, Later};

use crate::{ServiceSpec, StepIndex};

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
    /// The environment, if it is another than the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The soak that the line or its step asks for; `None`: the configured one, which the first release of a service does without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak: Option<Duration>,
    /// Why it goes out without a soak, if that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<String>,
    /// What its rollout has run at moments of its own. Several may mean the same steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<PlannedHook>,
    /// What must hold in stores of metrics while users meet it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// The schema that it is held against before it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<SchemaOrder>,
    /// Of a way back: somebody agreed to the loss of data that bringing the schema back needs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepts_loss: bool,
}

/// A database whose schema a release rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SchemaOrder {
    /// The revisions that the release runs on, as it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// What the database is called, for people.
    pub database: String,
    /// Its address, or `$VARIABLE` that has it.
    pub source: String,
    /// The folder of its migrations, relative to `callsheet.toml`; `None`: the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrations: Option<String>,
}

/// Steps of the plan that a rollout has run at a moment of its own, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedHook {
    /// When.
    pub hook: Hook,
    /// Of a later verification: how long after all traffic moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Duration>,
    /// What people know it by: the procedure's slug, or the command.
    pub name: String,
    /// Its first step.
    pub first: StepIndex,
    /// How many steps it has.
    pub count: u32,
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

// === impl DeployOrder ===

impl DeployOrder {
    /// In the run's own environment, with nothing run beside it.
    pub fn bare(service: &str, goal: Goal, spec: ServiceSpec) -> DeployOrder {
        let service = service.to_owned();
        let (hooks, conditions) = (Vec::new(), Vec::new());
        let (environment, soak, emergency, schema) = (None, None, None, None);
        let accepts_loss = false;
        DeployOrder { service, goal, spec, environment, soak, emergency, hooks, conditions, schema, accepts_loss }
    }

    /// Where it is brought out by a run in `environment`.
    pub fn environment_in<'a>(&'a self, environment: &'a str) -> &'a str {
        self.environment.as_deref().unwrap_or(environment)
    }

    /// The steps that a rollout of it runs at this moment.
    pub fn hook(&self, hook: Hook) -> Option<&PlannedHook> {
        self.hooks.iter().find(|planned| planned.hook == hook)
    }

    /// Its later verifications, in the order of their indexes.
    pub fn later(&self) -> Vec<Later> {
        let later =
            self.hooks.iter().filter_map(|planned| Some(Later { after: planned.after?, name: planned.name.clone() }));
        later.collect()
    }
}

// === impl PlannedHook ===

impl PlannedHook {
    /// Whether the step is one of its.
    pub fn holds(&self, step: StepIndex) -> bool {
        (self.first.0..self.first.0 + self.count).contains(&step.0)
    }
}

// === impl Goal ===

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
