//! Runbook, parameters and environment become an immutable plan: what will run, in which order, behind which gates.
//!
//! The caller does: read the runbook and `callsheet.toml`, ask for parameters, keep the values of secrets, store the plan by digest.
//! This crate does: say what the plan is, or everything that stands in its way. A plan never changes once made.

mod act;
mod compile;
mod config;
mod deploy;
mod fault;
mod fill;
mod gate;
mod inputs;
mod parameters;
mod plan;
mod report;
mod step;

pub use act::{Action, PlannedAct};
pub use callsheet_runbook::{Alternative, Danger, Expect, ExpectTest, Inferred, StepKind};
pub use compile::plan;
pub use config::{
    ApprovalsConfig, Automatic, Channel, ConditionSettings, Config, ConfigFault, Containers, DatabaseConfig,
    DeclaredSecret, EdgeSettings, EnvironmentConfig, HookSettings, LaterWork, NotRecurring, Recurring, ReleaseSettings,
    RunConfig, SchemaSettings, SecretsConfig, SecretsReach, ServiceConfig, ServiceSpec, Source, Sticky, TlsFiles, Work,
};
pub use deploy::{DeployOrder, Goal, PlannedHook, SchemaOrder};
pub use fault::PlanFault;
pub use gate::{Gate, When};
pub use inputs::Inputs;
pub use parameters::{is_secret_name, secret_variable};
pub use plan::{ActRef, Parameter, ParameterSource, Plan, PlannedRollback, StepIndex, Target};
pub use report::{ActReport, PlanReport, ProcedureReport, StepReport, report};
pub use step::{InDoubt, OnFailure, PlannedStep, Retry, Standby};
