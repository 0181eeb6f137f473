//! The judge of a rollout, with what it was fed.

use callsheet_base::Timestamp;
use callsheet_plan::Goal;
use callsheet_rollout::RolloutPlan;
use callsheet_rollout::analysis::{Evidence, Judge, Settings, Verdict};
use callsheet_traffic::Slice;

/// The judge, and the slices that are not on record yet.
#[derive(Debug)]
pub(super) struct Judging {
    judge: Judge,
    /// The last slice that was seen.
    after: u64,
    unrecorded: Vec<Slice>,
    /// Whether a verdict may turn the rollout back.
    counts: bool,
}

impl Default for Judging {
    fn default() -> Judging {
        Judging { judge: Judge::new(Settings::default()), after: 0, unrecorded: Vec::new(), counts: false }
    }
}

impl Judging {
    /// At the first release ever there is nothing to go back to, and a way back is not judged by what it leaves.
    pub(super) fn of(plan: &RolloutPlan, goal: &Goal, began: Timestamp, recorded: &[Slice]) -> Judging {
        let mut judge = Judge::new(plan.judging.clone());
        recorded.iter().for_each(|slice| judge.observe(slice));
        let beginning = u64::try_from(began.as_second()).unwrap_or_default();
        let after = recorded.iter().map(|slice| slice.index).max().unwrap_or(beginning);
        let counts = plan.from.is_some() && matches!(goal, Goal::Version { .. });
        Judging { judge, after, unrecorded: Vec::new(), counts }
    }

    /// Slices up to this one were seen.
    pub(super) fn after(&self) -> u64 {
        self.after
    }

    pub(super) fn feed(&mut self, slices: &[Slice]) {
        for slice in slices.iter().filter(|slice| slice.index > self.after) {
            self.judge.observe(slice);
            self.unrecorded.push(*slice);
        }
        self.after = slices.iter().map(|slice| slice.index).max().unwrap_or(0).max(self.after);
    }

    pub(super) fn verdict(&self) -> Verdict {
        if self.counts { self.judge.verdict() } else { Verdict::NotEnough }
    }

    pub(super) fn evidence(&self) -> Option<Evidence> {
        // Of nothing nothing is said.
        Some(self.judge.evidence()).filter(|evidence| self.counts && evidence.requests > 0)
    }

    pub(super) fn unrecorded(&self) -> usize {
        self.unrecorded.len()
    }

    pub(super) fn take_unrecorded(&mut self) -> Vec<Slice> {
        std::mem::take(&mut self.unrecorded)
    }
}
