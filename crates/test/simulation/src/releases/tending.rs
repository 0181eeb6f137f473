//! The conductors of one process, stepped when their time has come.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Claim, RunRollout};
use callsheet_node::{Charge, ReleaseOrder, Site, Tended, Tending, Wake, Word};

use super::grounds::Hands;
use crate::process::holder;
use crate::world::lock;

/// Every conductor of a process.
#[derive(Default)]
pub(crate) struct Conductors(BTreeMap<(RunId, Claim), Conductor>);

struct Conductor {
    tending: Tending,
    words: VecDeque<Word>,
    /// When to step again, ms of the story; `None`: only at a word.
    due: Option<u64>,
}

/// The state folder of a town.
pub(super) fn state(folder: &Path) -> PathBuf {
    folder.join("state")
}

impl Conductors {
    /// Tells the one that looks after it how it stands, or lets one begin.
    pub(crate) fn release(&mut self, order: ReleaseOrder, hands: Hands) {
        let key = (order.run, order.claim);
        if let (Some(conductor), Some(stands)) = (self.0.get_mut(&key), &order.stands)
            && !conductor.tending.is_over()
        {
            conductor.words.push_back(Word::Stands(Box::new(stands.clone())));
            return;
        }
        if order.stands.as_ref().is_some_and(RunRollout::is_over) {
            return;
        }
        let Some(folder) = lock(&hands.outer).town.folder.clone() else { return };
        let ReleaseOrder { run, claim, environment, order, turned_back, who, stands, slices } = order;
        let secrets = Box::new(BTreeMap::new());
        let site = Site { run, claim, environment, directory: folder.clone(), order, secrets, turned_back };
        let charge = Charge {
            site,
            state: state(&folder),
            holder: holder(hands.pid),
            grounds: Arc::new(hands),
            who,
            stands: stands.map(|stands| (stands, slices)),
        };
        let conductor = Conductor { tending: Tending::of(charge), words: VecDeque::new(), due: Some(0) };
        self.0.insert(key, conductor);
    }

    /// Steps each whose time has come, once.
    pub(crate) fn step(&mut self, elapsed: u64, now: Timestamp) -> Vec<Wake> {
        let mut wakes = Vec::new();
        for conductor in self.0.values_mut() {
            if !conductor.words.is_empty() || conductor.due.is_some_and(|due| due <= elapsed) {
                let Tended { wakes: told, wait } = conductor.tending.step(conductor.words.pop_front(), now);
                conductor.due = wait.map(|wait| elapsed + wait.as_millis() as u64);
                wakes.extend(told);
            }
        }
        self.0.retain(|_, conductor| !conductor.tending.is_over());
        wakes
    }

    /// The next instant at which one steps, ms of the story.
    pub(crate) fn due(&self) -> Option<u64> {
        self.0.values().filter_map(|conductor| conductor.due).min()
    }

    /// Lets the services of a run go; of all runs without one.
    pub(crate) fn stop(&mut self, run: Option<RunId>, now: Timestamp) {
        let ours = |of: &RunId| run.is_none_or(|run| run == *of);
        for ((_, _), conductor) in self.0.iter_mut().filter(|((of, _), _)| ours(of)) {
            // What it says by then is for a loop that does not look after it any more.
            drop(conductor.tending.step(Some(Word::Stop), now));
        }
        self.0.retain(|(of, _), _| !ours(of));
    }
}
