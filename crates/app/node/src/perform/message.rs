//! Send a message, at least once, under a key that is the same for every repetition of the act.

use callsheet_base::{RunId, StepId};
use callsheet_engine::{Claim, Run};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageOrder {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub claim: Claim,
    /// The step's id.
    pub step: StepId,
    /// Channel of `callsheet.toml`; `terminal` is always there.
    pub channel: String,
    /// The words.
    pub text: String,
    /// Names run, step and act, not the attempt: a receiver may drop what it has seen.
    pub key: String,
    /// `file#procedure`.
    pub procedure: String,
    /// The service, or empty.
    pub service: String,
    /// The environment, or empty.
    pub environment: String,
}

pub(super) fn order(run: &Run, claim: Claim, channel: &str, text: &str) -> MessageOrder {
    let created = run.created();
    MessageOrder {
        run: run.id(),
        claim,
        step: run.plan().steps[claim.step.at()].id.clone(),
        channel: channel.to_owned(),
        text: text.to_owned(),
        key: format!("{}/{}.{}", run.id(), claim.step.0, claim.act),
        procedure: created.procedure.clone(),
        service: created.service.clone(),
        environment: created.environment.clone(),
    }
}
