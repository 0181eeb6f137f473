//! Which state of the shell an act begins with: the one left by the act before it that is done.

use callsheet_engine::{Claim, Event, Exit};
use callsheet_plan::{Action, Plan, PlannedHook, StepIndex};
use callsheet_rollout::{self as rollout, Hook};

/// Names of shell states by the act that left them, in the order of their leaving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShellStates {
    left: Vec<(StepIndex, u16, String)>,
}

impl ShellStates {
    /// Takes in an event: an act that ended well may have left a state. Parallel acts leave none.
    pub(crate) fn note(&mut self, event: &Event, plan: &Plan) {
        if let Event::Rollout { claim, event } = event
            && let rollout::Event::HookBegan { hook, .. } = &**event
            && let Some(hook) = hook_of(plan, *claim, *hook)
        {
            // Each time it begins anew.
            self.left.retain(|(step, ..)| !hook.holds(*step));
        }
        let Event::Ended { claim, outcome } = event else { return };
        let alone = plan.step(claim.step).is_some_and(|step| step.parallel.is_none());
        if let Some(name) = outcome.shell.as_ref().filter(|_| alone && matches!(outcome.exit, Exit::Status(_))) {
            self.left.retain(|(step, act, _)| (*step, *act) != (claim.step, claim.act));
            self.left.push((claim.step, claim.act, name.clone()));
        }
    }

    /// The state this attempt begins with. A repetition begins where the first attempt did, not where that one ended.
    pub(crate) fn before(&self, claim: Claim, plan: &Plan) -> Option<&str> {
        // What a rollout has run passes its state on among its own steps, and to nobody else.
        let of = |step: StepIndex| plan.hook_of(step).map(|(_, hook)| hook.first);
        let own = of(claim.step);
        let other =
            |(step, act, _): &&(StepIndex, u16, String)| (*step, *act) != (claim.step, claim.act) && of(*step) == own;
        self.left.iter().rev().find(other).map(|(_, _, name)| name.as_str())
    }
}

/// The steps that this attempt's rollout has run at this moment.
fn hook_of(plan: &Plan, claim: Claim, hook: Hook) -> Option<&PlannedHook> {
    match &plan.act(claim.step, claim.act)?.act.action {
        Action::Deploy(order) => order.hook(hook),
        _ => None,
    }
}
