//! What conductors tell the loop: that a rollout begins, what happened to it, what was counted.

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_engine::{Claim, Event};
use callsheet_journal::{Journal, Lease};
use callsheet_rollout::RolloutPlan;
use callsheet_traffic::Slice;

use crate::batch::Batch;
use crate::clock::Clock;
use crate::error::NodeError;
use crate::event_loop::Node;
use crate::perform::{self, Deed, World};
use crate::wake::RolloutReport;

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    pub(crate) fn rollout_begins(
        &mut self,
        run: RunId,
        claim: Claim,
        plan: Box<RolloutPlan>,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        if !self.is_running(run, claim) {
            return Ok(());
        }
        let event = Box::new(callsheet_rollout::Event::Began(plan));
        self.report(run, Event::Rollout { claim, event }, now, batch)
    }

    /// Records what happened, unless something else happened first: then the conductor is told how it stands and looks again.
    pub(crate) fn rollout_happened(
        &mut self,
        run: RunId,
        claim: Claim,
        report: RolloutReport,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let open = |active: &crate::event_loop::Active| active.run.open_rollouts().any(|(own, _)| own == claim);
        if !self.runs.get(&run).is_some_and(open) {
            return Ok(());
        }
        self.give_way(run, now, batch)?;
        if !self.runs.get(&run).is_some_and(open) {
            return Ok(());
        }
        if !report.slices.is_empty() {
            let bytes = write_slices(&report.slices);
            let slices = Digest::of(&bytes);
            batch.blobs.push((slices, bytes));
            self.report(run, Event::Measured { claim, slices, count: report.slices.len() as u32 }, now, batch)?;
        }
        let stands = self.runs.get(&run).and_then(|active| active.run.rollout(claim)).map(|one| one.events);
        match report.happened {
            Some(event) if stands == Some(report.after) => {
                self.report(run, Event::Rollout { claim, event: Box::new(event) }, now, batch)?;
            }
            Some(_) => self.conduct(run, claim),
            None => {}
        }
        Ok(())
    }

    /// Hands the rollout as it stands to whoever looks after it.
    pub(crate) fn conduct(&mut self, run: RunId, claim: Claim) {
        let Some(active) = self.runs.get_mut(&run) else { return };
        let Some(mut order) = perform::release_order(&active.run, claim) else { return };
        if active.conducted.insert(claim)
            && let Some(stands) = &order.stands
        {
            order.slices = read_slices(&self.journal, &stands.measured);
        }
        self.ready.extend(self.world.perform(Deed::Release(Box::new(order))));
    }
}

/// One slice a line.
pub(crate) fn write_slices(slices: &[Slice]) -> Vec<u8> {
    let mut lines = Vec::new();
    for slice in slices {
        serde_json::to_writer(&mut lines, slice).expect("numbers can be written");
        lines.push(b'\n');
    }
    lines
}

/// What was fed to a rollout's judge, as recorded. A blob that was purged is judged without.
pub fn read_slices(journal: &impl Journal, blobs: &[Digest]) -> Vec<Slice> {
    let mut slices = Vec::new();
    for digest in blobs {
        match journal.blob(*digest) {
            Ok(Some(bytes)) => {
                let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
                slices.extend(lines.filter_map(|line| serde_json::from_slice::<Slice>(line).ok()));
            }
            Ok(None) => tracing::info!(%digest, "slices of a rollout are purged"),
            Err(error) => tracing::warn!(%digest, %error, "slices of a rollout cannot be read"),
        }
    }
    slices
}
