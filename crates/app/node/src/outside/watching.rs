//! Asks stores of metrics for a rollout's conditions, in a thread of its own: whoever looks after the rollout never waits for them.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use callsheet_actions::promql::{Asker, Holding};
use callsheet_base::Secret;
use callsheet_rollout::{Condition, Sight};

use crate::conductor::{Watch, words};

/// A store's answer is waited for this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// The thread's end.
pub(super) struct Watching {
    last: Last,
    /// Dropped, the thread ends.
    _alive: Sender<()>,
}

/// A condition with its store's address, or why that is not known.
type Asked = (Condition, Result<Secret<String>, String>);

type Last = Arc<Mutex<Vec<Option<Sight>>>>;

impl Watching {
    /// Begins to ask.
    pub(super) fn start(conditions: Vec<Asked>) -> Watching {
        let last: Last = Arc::new(Mutex::new(vec![None; conditions.len()]));
        let (alive, until) = channel();
        let theirs = Arc::clone(&last);
        let count = conditions.len();
        let started =
            thread::Builder::new().name("metrics".to_owned()).spawn(move || ask(&conditions, &theirs, &until));
        if let Err(error) = started {
            let why = format!("no thread can be started to ask: {error}");
            set(&last, |all| *all = vec![Some(Sight::Unknown { why: why.clone() }); count]);
        }
        Watching { last, _alive: alive }
    }
}

impl Watch for Watching {
    fn seen(&self) -> Vec<Option<Sight>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn ask(conditions: &[Asked], last: &Last, until: &Receiver<()>) {
    let mut due = vec![Instant::now(); conditions.len()];
    loop {
        for ((index, (condition, address)), due) in conditions.iter().enumerate().zip(&mut due) {
            if *due > Instant::now() {
                continue;
            }
            let sight = look(condition, address);
            set(last, |all| all[index] = Some(sight));
            *due = Instant::now() + condition.every.to_std();
        }
        let next = due.iter().min().map_or(Duration::ZERO, |due| due.saturating_duration_since(Instant::now()));
        match until.recv_timeout(next) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn set(last: &Last, change: impl FnOnce(&mut Vec<Option<Sight>>)) {
    change(&mut last.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Whatever stands in the way, nothing is known then.
fn look(condition: &Condition, address: &Result<Secret<String>, String>) -> Sight {
    let address = match address {
        Ok(address) => address,
        Err(why) => return Sight::Unknown { why: format!("{why}, so nobody can be asked") },
    };
    let asker = Asker::new(address.expose(), PATIENCE);
    match asker.and_then(|asker| asker.look(&condition.expression)) {
        Ok(Holding::Holds(seen)) => Sight::Holds { seen },
        Ok(Holding::Fails(seen)) => Sight::Fails { seen },
        Ok(Holding::NoData(why)) => Sight::Unknown { why },
        Err(error) => Sight::Unknown { why: words(error) },
    }
}
