//! Executor leases in memory, shared by the "processes" of a test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callsheet_base::RunId;
use callsheet_journal::{JournalError, Lease, LeaseHolder};

type Held = BTreeMap<RunId, LeaseHolder>;

/// One process's view of the leases; [`MemoryLeases::process`] makes another's.
#[derive(Clone, Debug)]
pub struct MemoryLeases {
    held: Arc<Mutex<Held>>,
    holder: LeaseHolder,
}

impl MemoryLeases {
    /// The first process.
    pub fn new(holder: LeaseHolder) -> MemoryLeases {
        MemoryLeases { held: Arc::default(), holder }
    }

    /// Another process beside the same leases.
    pub fn process(&self, holder: LeaseHolder) -> MemoryLeases {
        MemoryLeases { held: Arc::clone(&self.held), holder }
    }

    /// The process dies: everything it held is free.
    pub fn die(&self) {
        self.lock().retain(|_, holder| *holder != self.holder);
    }

    /// Who holds a run's lease.
    pub fn holder_of(&self, run: RunId) -> Option<LeaseHolder> {
        self.lock().get(&run).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease for MemoryLeases {
    fn try_take(&mut self, run: RunId) -> Result<Result<(), LeaseHolder>, JournalError> {
        let mut held = self.lock();
        match held.get(&run) {
            Some(holder) if *holder == self.holder => Ok(Ok(())),
            Some(holder) => Ok(Err(holder.clone())),
            None => {
                held.insert(run, self.holder.clone());
                Ok(Ok(()))
            }
        }
    }

    fn free(&mut self, run: RunId) {
        let mut held = self.lock();
        if held.get(&run) == Some(&self.holder) {
            held.remove(&run);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SimClock;
    use callsheet_base::BootId;

    fn holder(pid: u32) -> LeaseHolder {
        LeaseHolder { pid, boot: BootId("boot".to_owned()), role: "run".to_owned() }
    }

    #[test]
    fn a_lease_has_one_holder_and_ends_with_it() {
        let run = RunId::new(SimClock::default().now(), [1; 10]);
        let mut first = MemoryLeases::new(holder(1));
        let mut second = first.process(holder(2));
        assert_eq!(first.try_take(run).unwrap(), Ok(()));
        assert_eq!(second.try_take(run).unwrap(), Err(holder(1)));
        second.free(run);
        assert_eq!(second.try_take(run).unwrap(), Err(holder(1)));
        first.die();
        assert_eq!(second.try_take(run).unwrap(), Ok(()));
    }
}
