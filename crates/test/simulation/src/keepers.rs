//! Scripted keepers: they claim before they execute, remember ends, and may die.

use std::collections::BTreeMap;

use callsheet_engine::{Claim, Exit};

/// What a keeper's log, or the machine, says of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Given up by a recovery.
    Burned,
    /// Executes until this tick; then it ends so.
    Running {
        /// The tick.
        until: u64,
        /// How.
        exit: Exit,
    },
    /// Ended.
    Ended(Exit),
    /// Its keeper died before it saw the end.
    Gone,
}

/// The keeper of one run, over all its incarnations.
#[derive(Debug, Default)]
pub(crate) struct Keepers {
    pub(crate) claims: BTreeMap<Claim, Said>,
    /// Every execution, in order.
    pub(crate) executed: Vec<Claim>,
}

impl Keepers {
    /// Executes, if the claim can be taken. `false`: it cannot.
    pub(crate) fn start(&mut self, claim: Claim, until: u64, exit: Exit) -> bool {
        if self.claims.contains_key(&claim) {
            return false;
        }
        self.claims.insert(claim, Said::Running { until, exit });
        self.executed.push(claim);
        true
    }

    pub(crate) fn cancel(&mut self, claim: Claim, now: u64) {
        if let Some(said @ Said::Running { .. }) = self.claims.get_mut(&claim) {
            *said = Said::Running { until: now, exit: Exit::Cancelled };
        }
    }

    /// Makes what a recovery hears final.
    pub(crate) fn recover(&mut self, claim: Claim) -> Said {
        self.claims.entry(claim).or_insert(Said::Burned).clone()
    }

    /// Acts that have ended by `tick`.
    pub(crate) fn ends(&mut self, tick: u64) -> Vec<(Claim, Exit)> {
        let mut ends = Vec::new();
        for (claim, said) in &mut self.claims {
            if let Said::Running { until, exit } = said
                && *until <= tick
            {
                ends.push((*claim, exit.clone()));
                *said = Said::Ended(exit.clone());
            }
        }
        ends
    }

    /// The keeper dies: what runs is never seen to end.
    pub(crate) fn die(&mut self) {
        for said in self.claims.values_mut() {
            if matches!(said, Said::Running { .. }) {
                *said = Said::Gone;
            }
        }
    }
}
