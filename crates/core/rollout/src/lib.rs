//! Releases as machines: stages, judging by evidence, promotion and rollback.
//!
//! The caller does: start and stop instances, set weights, count requests, keep the events, and look at the world again and again.
//! This crate does: say from the events and the world what happened next ([`Rollout::decide`]) and what should be done about the
//! difference between what is and what should be ([`Rollout::effects`]).
//!
//! A rollout is its events. Nothing else is remembered, so a control plane that was killed reads them, looks at the world, and goes on.
//! Every effect says what should be so, not what to change: doing it twice does no harm.

pub mod analysis;
mod command;
mod condition;
mod decide;
mod driver;
mod effects;
mod event;
mod hook;
mod plan;
mod ready;
mod release;
mod restart;
mod state;
mod strategy;
mod traffic_control;
mod words;
mod world;

pub use command::{Command, Refused};
pub use condition::{Condition, Sight, Standing};
pub use driver::{
    Driver, DriverError, InstanceEnded, InstanceId, InstanceSeen, InstanceSpec, InstanceState, Limits, LogPart,
    ReadyCheck,
};
pub use effects::{Effect, Set, Wanted};
pub use event::{Event, Reason};
pub use hook::Hook;
pub use plan::{Later, PlanFault, Promotion, RolloutPlan, Stage, Undo};
pub use ready::LONGEST_ANSWER;
pub use release::Release;
pub use restart::{AfterEnd, Ends, RestartPolicy};
pub use state::{Ending, Phase, Rollout};
pub use strategy::{Strategy, StrategyFault};
pub use traffic_control::{Member, Pool, Routing, TrafficControl, TrafficError, TrafficSeen};
pub use world::{SetSeen, World};
