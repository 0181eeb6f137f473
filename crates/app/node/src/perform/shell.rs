//! Start a script under the run's keeper.

use std::collections::BTreeMap;

use callsheet_base::{Duration, RunId, StepId};
use callsheet_engine::{Claim, Run};

/// One attempt at one script.
#[derive(Clone, Debug, PartialEq)]
pub struct ShellOrder {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub claim: Claim,
    /// The step's id: what the shell calls the script in its messages.
    pub step: StepId,
    /// The shell's program and options.
    pub argv: Vec<String>,
    /// The script.
    pub script: String,
    /// The plan's environment variables; secrets and surroundings are added by who performs.
    pub variables: BTreeMap<String, String>,
    /// The process group is ended after this.
    pub timeout: Option<Duration>,
    /// It needs a terminal.
    pub interactive: bool,
    /// Name of the shell state to begin with; `None` at the beginning of a run.
    pub state_from: Option<String>,
    /// Name under which the shell's state is kept; `None`: it is forgotten (parallel steps).
    pub state_to: Option<String>,
    /// Most bytes kept of each stream.
    pub output_limit: u64,
}

pub(super) fn order(run: &Run, claim: Claim, argv: &[String], script: &str, state_from: Option<&str>) -> ShellOrder {
    let plan = run.plan();
    let step = &plan.steps[claim.step.at()];
    let mut variables = plan.variables.clone();
    variables.extend(told(run, claim));
    ShellOrder {
        run: run.id(),
        claim,
        step: step.id.clone(),
        argv: argv.to_vec(),
        script: script.to_owned(),
        variables,
        timeout: step.timeout,
        interactive: step.interactive,
        state_from: state_from.map(str::to_owned),
        state_to: step.parallel.is_none().then(|| claim.to_string()),
        output_limit: plan.output_cap,
    }
}

/// What a step that a rollout has run is told: where the release answers, which it is, and why it is asked.
fn told(run: &Run, claim: Claim) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    let Some((order, lane)) = run.lane_at(claim.step) else { return told };
    let mut tell = |name: &str, value: String| drop(told.insert(name.to_owned(), value));
    tell("CALLSHEET_MOMENT", lane.hook.word().to_owned());
    if let Some(address) = &lane.address {
        tell("CALLSHEET_BASE_URL", address.clone());
        tell(&order.spec.release.hooks.address, address.clone());
    }
    if let Some(release) = &lane.release {
        tell("CALLSHEET_RELEASE", release.clone());
    }
    if let Some(plan) = run.rollout_at(claim.step).map(|one| one.rollout.plan()) {
        tell("CALLSHEET_VERSION", plan.to.version.clone());
        tell("CALLSHEET_VERSION_BEFORE", plan.from.as_ref().map(|from| from.version.clone()).unwrap_or_default());
    }
    told
}
