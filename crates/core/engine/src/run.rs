//! The run's state: a plain value, changed only by applying events.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_plan::{Plan, StepIndex};
use callsheet_rollout::Rollout;

use crate::{Adopted, Cause, Claim, Created, Lane, RunResult, StepState};

/// One execution of a plan, as its journal tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub(crate) id: RunId,
    pub(crate) plan: Arc<Plan>,
    pub(crate) created: Created,
    pub(crate) started: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) executor: Option<Adopted>,
    pub(crate) held: bool,
    pub(crate) observing: bool,
    pub(crate) phase: Phase,
    /// One per step of the plan.
    pub(crate) steps: Vec<StepState>,
    /// Chosen label per group of alternatives.
    pub(crate) chosen: BTreeMap<String, String>,
    /// Chosen option per step that has options.
    pub(crate) options: BTreeMap<StepIndex, String>,
    /// The shell state that the next shell act begins with.
    pub(crate) shell: Option<String>,
    /// Shell states left by acts whose worth is not settled yet.
    pub(crate) shells_left: BTreeMap<StepIndex, String>,
    /// The last attempt of each act that was intended: a rollback may go through the same steps twice.
    pub(crate) attempts: BTreeMap<(StepIndex, u16), u32>,
    /// Steps done, in order: what a rollback undoes, last first.
    pub(crate) done: Vec<StepIndex>,
    /// The steps to go through in this phase.
    pub(crate) order: Order,
    /// The open steps: a range of `order`; one step, or a parallel group.
    pub(crate) batch: Range<usize>,
    /// How many of `batch` are not closed.
    pub(crate) open: usize,
    /// The first step of `batch` that failed for good, once all of `batch` is closed.
    pub(crate) failed: Option<StepIndex>,
    /// Rollouts that deploy acts began, also those that are over.
    pub(crate) rollouts: BTreeMap<Claim, RunRollout>,
}

/// A rollout with what the run knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRollout {
    /// The machine.
    pub rollout: Rollout,
    /// When it began.
    pub began: Timestamp,
    /// How many events it has: names its state, for who decides about it elsewhere.
    pub events: u64,
    /// Blobs of slices that its judge was fed with, in order.
    pub measured: Vec<Digest>,
    /// What it has run now, beside the run's own steps.
    pub lane: Option<Lane>,
}

/// Where the run as a whole is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The target is not verified yet. Left by `TargetVerified` or `TargetRefused`.
    Target {
        /// Whether the guard was asked.
        asked: bool,
    },
    /// Going through the procedure's steps.
    Forward,
    /// Undoing. Left by `Finished`, or by another `RollbackBegan`.
    Back {
        /// The rollback procedure's slug.
        to: Option<String>,
        /// Why.
        cause: Cause,
    },
    /// Nothing new begins; what runs is waited for. Left by `Finished`, or by `RollbackBegan` with `undo`.
    Stopping {
        /// How it will end.
        result: RunResult,
        /// Finished steps are undone first.
        undo: bool,
    },
    /// Over. Never left.
    Ended {
        /// How.
        result: RunResult,
    },
}

/// A list of steps, without a list for the procedure's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Main { count: usize },
    List(Vec<StepIndex>),
}

// === impl Order ===

impl Order {
    pub(crate) fn len(&self) -> usize {
        match self {
            Order::Main { count } => *count,
            Order::List(steps) => steps.len(),
        }
    }

    pub(crate) fn at(&self, place: usize) -> StepIndex {
        match self {
            Order::Main { .. } => StepIndex(place as u32),
            Order::List(steps) => steps[place],
        }
    }
}

// === impl Run ===

impl Run {
    /// Its id.
    pub fn id(&self) -> RunId {
        self.id
    }

    /// What it carries out.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// How it began.
    pub fn created(&self) -> &Created {
        &self.created
    }

    /// When it was created.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// When its last event happened.
    pub fn updated(&self) -> Timestamp {
        self.updated
    }

    /// The process that executes it, as last recorded.
    pub fn executor(&self) -> Option<&Adopted> {
        self.executor.as_ref()
    }

    /// Whether a person holds it.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Whether only watching is left.
    pub fn is_observing(&self) -> bool {
        self.observing
    }

    /// Whether its change lock gives way to a newer run: it only observes, and nothing of it acts or is on its way back just now.
    pub fn gives_way(&self) -> bool {
        self.phase == Phase::Forward && self.may_give_way()
    }

    /// Where the run as a whole is.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Where a step is. Panics if the plan has no such step.
    pub fn step(&self, step: StepIndex) -> &StepState {
        &self.steps[step.at()]
    }

    /// The keeper's name of the shell state that the next shell act begins with. Failed attempts and parallel steps leave none.
    pub fn shell(&self) -> Option<&str> {
        self.shell.as_deref()
    }

    /// How it ended, if it did.
    pub fn result(&self) -> Option<RunResult> {
        match self.phase {
            Phase::Ended { result } => Some(result),
            _ => None,
        }
    }

    /// The steps open now, with their states: the run's own, then those that rollouts have run.
    pub fn open_steps(&self) -> impl Iterator<Item = (StepIndex, &StepState)> {
        let batch = if self.result().is_some() { 0..0 } else { self.batch.clone() };
        batch
            .map(|place| self.order.at(place))
            .chain(self.lanes().map(|(_, lane)| lane.step))
            .map(|step| (step, self.step(step)))
            .filter(|(_, state)| !state.is_closed())
    }

    /// The label chosen among the step's own options.
    pub fn option_of(&self, step: StepIndex) -> Option<&str> {
        self.options.get(&step).map(String::as_str)
    }

    /// The label chosen for a group of alternatives.
    pub fn chosen(&self, group: &str) -> Option<&str> {
        self.chosen.get(group).map(String::as_str)
    }
}
