//! What came back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::kind::Kind;

/// A request that got no answer, or a wrong one.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What it was.
    pub kind: Kind,
    /// When it was sent; of a socket or stream, when that began.
    pub began: Instant,
    /// When it failed.
    pub ended: Instant,
    /// What came instead.
    pub why: String,
}

/// What a load came to.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Answers as wanted.
    pub answered: BTreeMap<Kind, u64>,
    /// The longest time between a request's due time and its answer's end, and when it was due.
    pub worst: BTreeMap<Kind, (Duration, Option<Instant>)>,
    /// Others.
    pub failures: Vec<Failure>,
    /// Connections, sockets and streams that were opened.
    pub opened: BTreeMap<Kind, u64>,
    /// Sockets that were cut after they had lived through a whole window.
    pub outlived: u64,
}

/// Kept by the load's thread.
pub(super) struct Book {
    over: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    counted: RefCell<Counted>,
}

impl Book {
    pub(super) fn new(over: Arc<AtomicBool>, count: Arc<AtomicU64>) -> Book {
        Book { over, count, counted: RefCell::default() }
    }

    /// Whether no new request is to be sent.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// An answer as wanted.
    pub(super) fn answered(&self, kind: Kind, due: Instant) {
        // Words and events are no requests.
        self.count.fetch_add(u64::from(!kind.is_live()), Ordering::Relaxed);
        let mut counted = self.counted.borrow_mut();
        *counted.answered.entry(kind).or_default() += 1;
        let took = due.elapsed();
        let worst = counted.worst.entry(kind).or_default();
        if took > worst.0 {
            *worst = (took, Some(due));
        }
    }

    /// Another one.
    pub(super) fn failed(&self, kind: Kind, began: Instant, why: impl Display) {
        let failure = Failure { kind, began, ended: Instant::now(), why: why.to_string() };
        self.counted.borrow_mut().failures.push(failure);
    }

    /// A connection, socket or stream.
    pub(super) fn opened(&self, kind: Kind) {
        *self.counted.borrow_mut().opened.entry(kind).or_default() += 1;
    }

    /// A socket that was cut when it was allowed.
    pub(super) fn outlived(&self) {
        self.counted.borrow_mut().outlived += 1;
    }

    pub(super) fn close(&self) -> Counted {
        self.counted.take()
    }
}
