//! The plan: the program of a run, stored with it by digest.

use std::collections::BTreeMap;
use std::fmt;

use callsheet_base::Digest;
use serde::{Deserialize, Serialize};

use crate::{Action, DeployOrder, PlannedAct, PlannedHook, PlannedStep};

/// A step's place in [`Plan::steps`], from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepIndex(pub u32);

/// What a run will do. Immutable; its JSON is canonical (fields in declaration order, maps sorted), so equal plans have equal digests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The runbook as the user named it.
    pub file: String,
    /// Digest of the runbook's raw bytes.
    pub runbook: Digest,
    /// Digests of the files beside the runbook whose text became part of the steps: `.hurl` files, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Digest>,
    /// The procedure's slug.
    pub procedure: String,
    /// The procedure's heading.
    pub title: String,
    /// The service it acts on; with the environment it names the change lock. Empty: no lock is taken.
    pub service: String,
    /// The environment, `production` or `dev` or what `callsheet.toml` names.
    pub environment: String,
    /// What must be true of the machine before the first step runs. Empty: nothing is verified.
    pub target: Target,
    /// Values that were filled in, by parameter name. Never a secret's.
    pub parameters: BTreeMap<String, Parameter>,
    /// Environment variables that shell acts get, by name. Never a secret's value.
    pub variables: BTreeMap<String, String>,
    /// Names of environment variables whose values are secret: given to shell acts anew at each start, never stored.
    pub secrets: Vec<String>,
    /// All steps: the procedure's own, then each rollback's and those that rollouts run at moments of their own, then those that only undo.
    pub steps: Vec<PlannedStep>,
    /// How many of `steps`, from the first, are the procedure's own.
    pub main: u32,
    /// The rollbacks that some step may lead to.
    pub rollbacks: Vec<PlannedRollback>,
    /// From this step on the run only observes (soaks, later checks): it no longer keeps others from the service.
    pub observes_from: Option<StepIndex>,
    /// Most bytes kept of one act's output.
    pub output_cap: u64,
}

/// A rollback procedure within the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRollback {
    /// The procedure's slug.
    pub slug: String,
    /// Its heading.
    pub title: String,
    /// Its first step.
    pub first: StepIndex,
    /// How many steps it has.
    pub count: u32,
}

/// A filled-in value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The value.
    pub value: String,
    /// Its source.
    pub from: ParameterSource,
}

/// Where a parameter's value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterSource {
    /// `--param` or a person's answer.
    Given,
    /// The environment's section of `callsheet.toml`.
    Config,
    /// The caller's environment variable of that name.
    Environment,
    /// The front matter's default.
    Default,
}

/// What the environment says of the machine that may be touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// Host name.
    pub host: Option<String>,
    /// `kubectl config current-context`.
    pub kube_context: Option<String>,
    /// The cloud account.
    pub account: Option<String>,
}

/// One act of a plan with the step it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct ActRef<'a> {
    /// The step.
    pub step: &'a PlannedStep,
    /// The act.
    pub act: &'a PlannedAct,
}

// === impl Plan ===

impl Plan {
    /// Canonical JSON: what is stored and what the digest is of.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a plan holds nothing that JSON cannot")
    }

    /// Reads back what [`Plan::to_json`] wrote.
    pub fn from_json(json: &[u8]) -> Result<Plan, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// Digest of the canonical JSON.
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_json().as_bytes())
    }

    /// `file#procedure`, as people name it.
    pub fn name(&self) -> String {
        format!("{}#{}", self.file, self.procedure)
    }

    /// The step at `index`, if the plan has it.
    pub fn step(&self, index: StepIndex) -> Option<&PlannedStep> {
        self.steps.get(index.0 as usize)
    }

    /// The act `act` (from 0) of the step at `index`, if the plan has it.
    pub fn act(&self, index: StepIndex, act: u16) -> Option<ActRef<'_>> {
        let step = self.step(index)?;
        Some(ActRef { step, act: step.acts.get(act as usize)? })
    }

    /// The step of that id.
    pub fn find(&self, id: &str) -> Option<StepIndex> {
        self.steps.iter().position(|step| step.id.as_str() == id).map(|at| StepIndex(at as u32))
    }

    /// What the step is run for, if a rollout runs it: the order and the first of its moments.
    pub fn hook_of(&self, step: StepIndex) -> Option<(&DeployOrder, &PlannedHook)> {
        let orders = self.steps.iter().flat_map(|step| &step.acts).filter_map(|act| match &act.action {
            Action::Deploy(order) => Some(&**order),
            _ => None,
        });
        orders.flat_map(|order| order.hooks.iter().map(move |hook| (order, hook))).find(|(_, hook)| hook.holds(step))
    }

    /// The rollback of that slug.
    pub fn rollback(&self, slug: &str) -> Option<&PlannedRollback> {
        self.rollbacks.iter().find(|rollback| rollback.slug == slug)
    }
}

// === impl StepIndex ===

impl StepIndex {
    /// As an index into [`Plan::steps`].
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for StepIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}", self.0 + 1)
    }
}

// === impl Target ===

impl Target {
    /// Whether nothing is to be verified.
    pub fn is_empty(&self) -> bool {
        *self == Target::default()
    }
}
