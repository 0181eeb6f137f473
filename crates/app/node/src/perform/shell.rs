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
    ShellOrder {
        run: run.id(),
        claim,
        step: step.id.clone(),
        argv: argv.to_vec(),
        script: script.to_owned(),
        variables: plan.variables.clone(),
        timeout: step.timeout,
        interactive: step.interactive,
        state_from: state_from.map(str::to_owned),
        state_to: step.parallel.is_none().then(|| claim.to_string()),
        output_limit: plan.output_cap,
    }
}
