//! Bring a release out: begin, or go on with a rollout that stands as recorded.

use callsheet_base::RunId;
use callsheet_engine::{Claim, Run, RunRollout};
use callsheet_plan::{Action, DeployOrder};
use callsheet_rollout::{Ending, Phase};
use callsheet_traffic::Slice;

/// One deploy act, or its rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseOrder {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub claim: Claim,
    /// The environment.
    pub environment: String,
    /// What is to be brought out.
    pub order: DeployOrder,
    /// The run's own release of this service was turned back already.
    pub turned_back: bool,
    /// Who asked for the run.
    pub who: String,
    /// The rollout as it stands; `None`: it is to begin.
    pub stands: Option<RunRollout>,
    /// What its judge was fed with, where it is taken up again.
    pub slices: Vec<Slice>,
}

pub(crate) fn order(run: &Run, claim: Claim) -> Option<ReleaseOrder> {
    let planned = run.plan().act(claim.step, claim.act)?;
    let Action::Deploy(order) = &planned.act.action else { return None };
    let turned_back = run.rollouts().any(|(own, one)| {
        own != claim
            && one.rollout.plan().service == order.service
            && one.rollout.plan().environment == environment(run, order)
            && matches!(one.rollout.phase(), Phase::Ended(Ending::RolledBack(_)))
    });
    Some(ReleaseOrder {
        run: run.id(),
        claim,
        environment: environment(run, order),
        order: (**order).clone(),
        turned_back,
        who: run.created().actor.name.clone(),
        stands: run.rollout(claim).cloned(),
        slices: Vec::new(),
    })
}

fn environment(run: &Run, order: &DeployOrder) -> String {
    order.environment.clone().unwrap_or_else(|| run.created().environment.clone())
}
