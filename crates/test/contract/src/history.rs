//! Seeded random histories: the same operations on two stores, whose every answer must be the same.

use std::fmt::Write as _;

use callsheet_base::Digest;
use callsheet_journal::{ChangeLock, Head, Journal, JournalError, Transaction};

use crate::journal::{at, change_lock, draft, run, summary};

const RUNS: u64 = 5;

/// A small, fast, seedable generator (xorshift64*): the same seed gives the same history on every machine.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From any seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides` (at least 1).
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    /// Whether one of `sides` came up.
    pub fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

/// Plays `steps` transactions of history `seed` on both stores and compares each answer, then everything they hold.
/// Panics with the seed and the operation where they differ.
pub fn compare(seed: u64, steps: usize, left: &mut dyn Journal, right: &mut dyn Journal) {
    let mut dice = Dice::new(seed);
    let mut heads: Vec<Head> = (0..RUNS).map(|number| Head::start(run(number as u8))).collect();
    for step in 0..steps {
        let transaction = random_transaction(&mut dice, &heads, step);
        let shown = format!("seed {seed}, step {step}: {transaction:?}");
        let one = left.commit(transaction.clone());
        let two = right.commit(transaction);
        assert_eq!(answer(&one), answer(&two), "{shown}");
        if let Ok(Ok(new)) = one {
            for head in new {
                if let Some(known) = heads.iter_mut().find(|known| known.run == head.run) {
                    *known = head;
                }
            }
        }
    }
    assert_eq!(contents(left), contents(right), "seed {seed}");
}

fn answer(result: &Result<Result<Vec<Head>, ChangeLock>, JournalError>) -> String {
    match result {
        Ok(Ok(heads)) => format!("{heads:?}"),
        Ok(Err(lock)) => format!("held: {lock:?}"),
        Err(JournalError::HeadMoved { run, expected, actual }) => format!("moved: {run:?} {expected} {actual}"),
        Err(error) => format!("failed: {error}"),
    }
}

fn random_transaction(dice: &mut Dice, heads: &[Head], step: usize) -> Transaction {
    let mut transaction = Transaction::default();
    let second = step as i64;
    let first = dice.roll(RUNS);
    for offset in 0..1 + dice.roll(3) {
        let mut head = heads[((first + offset) % RUNS) as usize];
        if dice.one_in(12) {
            head = Head { seq: head.seq.saturating_sub(1), ..head };
        }
        let count = 1 + dice.roll(3);
        let drafts = (0..count).map(|part| draft(second, &format!("{{\"step\":{step},\"part\":{part}}}"))).collect();
        transaction.appends.push((head, drafts));
        if dice.one_in(4) {
            let phase = ["running", "waiting", "done"][dice.roll(3) as usize];
            transaction.summaries.push(summary(head.run, created(head), phase));
        }
        if dice.one_in(6) {
            let mut lock = change_lock(head.run, ["a", "b"][dice.roll(2) as usize]);
            lock.observing = dice.one_in(4);
            lock.since = at(second);
            transaction.take_locks.push(lock);
        }
        if dice.one_in(6) {
            transaction.free_locks.push(head.run);
        }
        if dice.one_in(5) {
            let bytes = format!("blob {}", dice.roll(10)).into_bytes();
            transaction.blobs.push((Digest::of(&bytes), bytes));
        }
    }
    transaction
}

/// The second a run was created: its number, as in its id.
fn created(head: Head) -> i64 {
    i64::from(head.run.as_bytes()[15])
}

/// Everything a store can tell, as text.
fn contents(journal: &dyn Journal) -> String {
    let mut text = String::new();
    for number in 0..RUNS {
        let run = run(number as u8);
        let head = journal.head(run).expect("readable");
        let records = journal.read(run, 0, usize::MAX).expect("readable");
        writeln!(text, "{head:?} {records:?}").expect("text grows");
    }
    for open_only in [true, false] {
        writeln!(text, "{:?}", journal.runs(open_only, 100).expect("readable")).expect("text grows");
    }
    writeln!(text, "{:?}", journal.locks().expect("readable")).expect("text grows");
    for number in 0..10 {
        let digest = Digest::of(format!("blob {number}").as_bytes());
        writeln!(text, "{:?}", journal.blob(digest).expect("readable")).expect("text grows");
    }
    text
}
