//! Look whether this machine is the plan's target. Changes nothing.

use callsheet_base::RunId;
use callsheet_engine::Run;
use callsheet_plan::Target;

use super::Deed;

/// What is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetOrder {
    /// The run.
    pub run: RunId,
    /// What must be true.
    pub target: Target,
    /// The environment's name, for the words.
    pub environment: String,
}

pub(crate) fn deed(run: &Run) -> Deed {
    let plan = run.plan();
    let environment = plan.environment.clone();
    Deed::Target(Box::new(TargetOrder { run: run.id(), target: plan.target.clone(), environment }))
}
