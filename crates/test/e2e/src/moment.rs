//! When to kill: observed from outside, as a record lands in the journal or a step writes to the ledger.

use std::time::{Duration, Instant};

use crate::desk::Desk;
use crate::ending::Program;

/// A moment in a program's life.
#[derive(Clone, Debug)]
pub enum Moment {
    /// This long after its start.
    After(Duration),
    /// This long after the journal has grown for the n-th time (1: the first record).
    Record {
        /// Which growth.
        count: u32,
        /// Then this long.
        then: Duration,
    },
    /// This long after `line` has come to stand in the ledger.
    Ledger {
        /// The line.
        line: String,
        /// Then this long.
        then: Duration,
    },
}

impl Moment {
    /// Waits for the moment. False if the program ended before.
    pub fn wait(&self, desk: &Desk, program: &mut Program) -> bool {
        match self {
            Moment::After(time) => sleep_while_running(program, *time),
            Moment::Record { count, then } => {
                let mut journal = Growth::of(desk);
                while journal.seen < *count {
                    if !program.runs() {
                        return false;
                    }
                    journal.look();
                    std::thread::sleep(Duration::from_micros(50));
                }
                sleep_while_running(program, *then)
            }
            Moment::Ledger { line, then } => {
                while desk.count(line) == 0 {
                    if !program.runs() {
                        return false;
                    }
                    std::thread::sleep(Duration::from_micros(100));
                }
                sleep_while_running(program, *then)
            }
        }
    }
}

/// How often the journal's write-ahead log has grown: each growth is at least one commit.
struct Growth {
    log: std::path::PathBuf,
    size: u64,
    seen: u32,
}

impl Growth {
    fn of(desk: &Desk) -> Growth {
        let log = desk.state().join("journal.db-wal");
        let size = std::fs::metadata(&log).map_or(0, |log| log.len());
        Growth { log, size, seen: 0 }
    }

    fn look(&mut self) {
        let size = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        // Written from its beginning again after a checkpoint: smaller counts as grown.
        if size != self.size {
            self.size = size;
            self.seen += 1;
        }
    }
}

fn sleep_while_running(program: &mut Program, time: Duration) -> bool {
    let began = Instant::now();
    while began.elapsed() < time {
        if !program.runs() {
            return false;
        }
        std::thread::sleep(Duration::from_micros(100).min(time));
    }
    program.runs()
}
