//! Listening to one keeper: its words become wakes of the loop.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use callsheet_base::RunId;
use callsheet_engine::{Claim, Exit};
use callsheet_keeper as keeper;
use callsheet_keeper::{Message, Receiver, Refusal, Stream};
use callsheet_plan::Plan;

use super::ending;
use crate::wake::{ActEnd, LiveOutput, Wake};

pub(super) struct Listener {
    pub(super) run: RunId,
    pub(super) plan: Arc<Plan>,
    pub(super) wakes: Sender<Wake>,
    /// The state folder, whose blobs large output is in.
    pub(super) state: PathBuf,
}

impl Listener {
    /// Until the keeper goes, or the loop does.
    pub(super) fn listen(self, mut receiver: Receiver) {
        loop {
            let wake = match receiver.recv() {
                Ok(message) => self.wake(message),
                Err(error) => {
                    tracing::debug!(run = %self.run.short(), %error, "the keeper is gone");
                    // If the loop is gone too, nobody needs to know.
                    let _ = self.wakes.send(Wake::KeeperLost { run: self.run });
                    return;
                }
            };
            if let Some(wake) = wake
                && self.wakes.send(wake).is_err()
            {
                return;
            }
        }
    }

    fn wake(&self, message: Message) -> Option<Wake> {
        let run = self.run;
        match message {
            Message::Ended(ended) => {
                let claim = self.ours(&ended.claim)?;
                Some(Wake::Ended { run, claim, end: Box::new(ending::act_end(*ended, &self.state)) })
            }
            Message::Output { claim, stream, bytes, .. } => {
                let claim = self.ours(&claim)?;
                Some(Wake::Output(LiveOutput { run, claim, is_error: stream == Stream::Stderr, bytes: bytes.0 }))
            }
            Message::Refused { claim, reason } => {
                let claim = self.ours(&claim)?;
                self.refused(claim, reason)
            }
            Message::RecordDelayed { claim, cause, .. } => {
                tracing::warn!(run = %run.short(), %claim, %cause, "the keeper cannot write the step's record yet");
                None
            }
            Message::Released
            | Message::Hello(_)
            | Message::Started { .. }
            | Message::Claimed { .. }
            | Message::Status(_)
            | Message::Tail { .. }
            | Message::Attached { .. } => None,
        }
    }

    fn refused(&self, claim: Claim, reason: Refusal) -> Option<Wake> {
        let run = self.run;
        let why = reason.to_string();
        match reason {
            // It may run: the same questions as after a crash.
            Refusal::Claimed => Some(Wake::KeeperLost { run }),
            Refusal::Burned | Refusal::Ending => Some(Wake::NotStarted { run, claim, why }),
            Refusal::NotRecorded { .. } | Refusal::Snapshot { .. } | Refusal::Invalid { .. } => {
                Some(Wake::Ended { run, claim, end: Box::new(ActEnd::bare(Exit::Error(why))) })
            }
            // Answers to a cancel or an attachment that came too late.
            Refusal::NotRunning | Refusal::NotInteractive => None,
        }
    }

    pub(super) fn ours(&self, theirs: &keeper::Claim) -> Option<Claim> {
        our_claim(&self.plan, theirs)
    }
}

/// Ours by the same name; `None` for a step that the plan does not have.
pub(crate) fn our_claim(plan: &Plan, theirs: &keeper::Claim) -> Option<Claim> {
    let step = plan.find(theirs.step.as_str())?;
    Some(Claim { step, act: u16::try_from(theirs.act).ok()?, attempt: theirs.attempt })
}
