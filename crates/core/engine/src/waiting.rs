//! What a run waits for people to say: the questions as a screen or a prompt shows them.

use callsheet_access::{Actor, ApprovalRule};
use callsheet_base::Timestamp;
use callsheet_plan::{Action, Gate, PlannedStep, StepIndex};

use crate::{Asking, PauseReason, Run, StepState};

/// One open question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The step.
    pub step: StepIndex,
    /// Since when.
    pub since: Timestamp,
    /// Until when, if it lapses.
    pub expires: Option<Timestamp>,
    /// What.
    pub wanted: WaitingFor,
}

/// What is wanted of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitingFor {
    /// `approve` or `deny`.
    Approval {
        /// Who, and how many.
        rule: ApprovalRule,
        /// Who did so far.
        approved: Vec<Actor>,
        /// What is approved.
        words: String,
    },
    /// `confirm` or `deny`; never answered by `--yes`.
    Danger {
        /// The words that show the danger.
        words: Vec<String>,
    },
    /// `confirm` or `deny`; `--yes` answers it.
    Confirm {
        /// What is confirmed.
        words: String,
    },
    /// `confirm` to do the step, `skip` to leave it out.
    DoOrSkip {
        /// The condition in the runbook's words, or empty.
        condition: String,
    },
    /// `choose`.
    Choice {
        /// The labels.
        labels: Vec<String>,
    },
    /// Do it, then `confirm`; `deny` if it did not work; `skip`.
    Act {
        /// What to do.
        instruction: String,
        /// A command that may be wanted.
        offers: Option<String>,
    },
    /// `confirm` if it is so, `deny` if not.
    Judge {
        /// What must be seen.
        expects: Vec<String>,
    },
    /// `retry`, `skip`, `done`, `rollback` or `cancel`.
    Settle {
        /// What happened.
        why: String,
        /// Nobody knows whether the act ran.
        in_doubt: bool,
    },
}

impl Run {
    /// Everything that waits for a person, in the order of the steps.
    pub fn waiting(&self) -> Vec<Waiting> {
        self.open_steps().filter_map(|(step, state)| self.waiting_at(step, state)).collect()
    }

    fn waiting_at(&self, step: StepIndex, state: &StepState) -> Option<Waiting> {
        let planned = &self.plan.steps[step.at()];
        let (since, expires, wanted) = match state {
            StepState::Asked { asking, since, expires, approved } => {
                (*since, *expires, asked(planned, *asking, approved)?)
            }
            StepState::Paused { why, since, claim, .. } => {
                let why = match why {
                    PauseReason::Failed => "it failed".to_owned(),
                    PauseReason::Expectation { expect, saw } => {
                        let stated = planned.acts[claim.act as usize].expects.get(*expect as usize);
                        format!("expected: {}; saw: {saw}", stated.map_or("something else", |expect| &expect.text))
                    }
                };
                (*since, None, WaitingFor::Settle { why, in_doubt: false })
            }
            StepState::Doubt { why, since, .. } => {
                (*since, None, WaitingFor::Settle { why: why.clone(), in_doubt: true })
            }
            _ => return None,
        };
        Some(Waiting { step, since, expires, wanted })
    }
}

fn asked(planned: &PlannedStep, asking: Asking, approved: &[Actor]) -> Option<WaitingFor> {
    let approval = |rule: &ApprovalRule, words: &str| WaitingFor::Approval {
        rule: rule.clone(),
        approved: approved.to_vec(),
        words: words.to_owned(),
    };
    Some(match asking {
        Asking::Gate(gate) => match planned.gates.get(gate as usize)? {
            Gate::Approval { rule } => approval(rule, &planned.title),
            Gate::Danger { words } => WaitingFor::Danger { words: words.clone() },
            Gate::Confirm { words } => WaitingFor::Confirm { words: words.clone() },
            Gate::Optional { condition } => WaitingFor::DoOrSkip { condition: condition.clone() },
            Gate::Alternative { labels, .. } | Gate::Option { labels } => WaitingFor::Choice { labels: labels.clone() },
            Gate::When(_) => return None,
        },
        Asking::Act(act) => match &planned.acts.get(act as usize)?.action {
            Action::Approve { rule, words } => approval(rule, words),
            Action::Person { instruction, offers } => {
                WaitingFor::Act { instruction: instruction.clone(), offers: offers.clone() }
            }
            _ => return None,
        },
        Asking::Judge(claim) => {
            let expects = planned.acts.get(claim.act as usize)?.expects.iter();
            WaitingFor::Judge { expects: expects.map(|expect| expect.text.clone()).collect() }
        }
        Asking::Settle(_) => return None,
    })
}

// === impl WaitingFor ===

impl WaitingFor {
    /// The commands that answer it.
    pub fn answers(&self) -> &'static [&'static str] {
        match self {
            WaitingFor::Approval { .. } => &["approve", "deny"],
            WaitingFor::Danger { .. } | WaitingFor::Confirm { .. } => &["confirm", "deny", "skip"],
            WaitingFor::Judge { .. } => &["confirm", "deny"],
            WaitingFor::DoOrSkip { .. } => &["confirm", "skip"],
            WaitingFor::Choice { .. } => &["choose"],
            WaitingFor::Act { .. } => &["confirm", "deny", "skip"],
            WaitingFor::Settle { .. } => &["retry", "skip", "done", "rollback", "cancel"],
        }
    }

    /// Whether `--yes` answers it.
    pub fn is_plain(&self) -> bool {
        matches!(self, WaitingFor::Confirm { .. })
    }
}
