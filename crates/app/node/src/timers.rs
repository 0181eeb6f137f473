//! Durable timers while they are in memory: instants of the wall clock, the earliest first. The journal holds their truth.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use callsheet_base::{RunId, Timestamp};

/// The clock is looked at again at least this often while a timer is armed: it may have jumped.
const LONGEST_SLEEP: Duration = Duration::from_secs(3);

/// All armed timers.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Timestamp, RunId)>>,
}

impl Timers {
    pub(crate) fn arm(&mut self, due: Timestamp, run: RunId) {
        self.heap.push(Reverse((due, run)));
    }

    /// Takes out the runs whose timers are due, each once.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<RunId> {
        let mut runs = Vec::new();
        while let Some(Reverse((due, run))) = self.heap.peek().copied() {
            if due > now {
                break;
            }
            self.heap.pop();
            if !runs.contains(&run) {
                runs.push(run);
            }
        }
        runs
    }

    /// How long the loop may sleep; `None`: no timer is armed.
    pub(crate) fn sleep(&self, now: Timestamp) -> Option<Duration> {
        let Reverse((due, _)) = self.heap.peek()?;
        let left = due.duration_since(now);
        // A timer of a fraction of a millisecond must not make the loop spin.
        Some(Duration::try_from(left).unwrap_or_default().min(LONGEST_SLEEP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_earliest_comes_first_and_each_run_once() {
        let (one, two) = (RunId::new(at(1), [1; 10]), RunId::new(at(1), [2; 10]));
        let mut timers = Timers::default();
        assert_eq!(timers.sleep(at(0)), None);
        timers.arm(at(20), one);
        timers.arm(at(10), two);
        timers.arm(at(12), two);
        assert_eq!(timers.due(at(9)), []);
        assert_eq!(timers.sleep(at(9)), Some(Duration::from_secs(1)));
        assert_eq!(timers.due(at(15)), [two]);
        assert_eq!(timers.sleep(at(15)), Some(LONGEST_SLEEP));
        assert_eq!(timers.sleep(at(30)), Some(Duration::ZERO), "overdue after a jump of the clock");
        assert_eq!(timers.due(at(30)), [one]);
    }
}
