//! One record of a run's journal and the chain that ties it to the one before.

use callsheet_base::{Digest, RunId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a caller wants appended: the store gives sequence number and chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// When it happened, by the caller's clock.
    pub at: Timestamp,
    /// The event as JSON text; stored byte for byte.
    pub body: String,
}

/// One journal record. Never changes once appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The run it belongs to.
    pub run: RunId,
    /// 1, 2, 3, … without gaps within the run.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Chain value of the record before; `Digest::ZERO` before the first.
    pub prev: Digest,
    /// Chain value of this record.
    pub chain: Digest,
    /// The event as JSON text.
    pub body: String,
}

/// The last record of a run's chain: what an auditor keeps elsewhere and compares later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The run.
    pub run: RunId,
    /// Sequence number of its last record, 0 for none.
    pub seq: u64,
    /// Chain value of its last record.
    pub chain: Digest,
}

impl Head {
    /// Before the first record.
    pub fn start(run: RunId) -> Head {
        Head { run, seq: 0, chain: Digest::ZERO }
    }
}

fn chain_value(run: RunId, seq: u64, at: Timestamp, prev: Digest, body: &str) -> Digest {
    let nanos = at.as_nanosecond().to_le_bytes();
    Digest::of_parts(&[run.as_bytes(), &seq.to_le_bytes(), &nanos, prev.as_bytes(), body.as_bytes()])
}

/// The record that follows `head`.
pub fn seal(head: Head, draft: Draft) -> Record {
    let seq = head.seq + 1;
    let chain = chain_value(head.run, seq, draft.at, head.chain, &draft.body);
    Record { run: head.run, seq, at: draft.at, prev: head.chain, chain, body: draft.body }
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// A record's number does not follow the one before.
    #[error("record {found} stands where record {expected} should")]
    OutOfOrder {
        /// The number that should be there.
        expected: u64,
        /// The number that is there.
        found: u64,
    },
    /// A record's content or predecessor was changed.
    #[error("record {seq} does not match its chain value: it, or one before it, was changed")]
    Altered {
        /// Its number.
        seq: u64,
    },
}

/// Proves `records`, in order, to follow `from`; returns the head they lead to.
pub fn prove_chain<'a>(from: Head, records: impl IntoIterator<Item = &'a Record>) -> Result<Head, ChainFault> {
    let mut head = from;
    for record in records {
        if record.seq != head.seq + 1 || record.run != head.run {
            return Err(ChainFault::OutOfOrder { expected: head.seq + 1, found: record.seq });
        }
        let chain = chain_value(record.run, record.seq, record.at, head.chain, &record.body);
        if record.prev != head.chain || record.chain != chain {
            return Err(ChainFault::Altered { seq: record.seq });
        }
        head = Head { run: record.run, seq: record.seq, chain };
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> (Head, Vec<Record>) {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let run = RunId::new(at, [1; 10]);
        let mut head = Head::start(run);
        let mut records = Vec::new();
        for body in ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"] {
            let record = seal(head, Draft { at, body: body.to_owned() });
            head = Head { run, seq: record.seq, chain: record.chain };
            records.push(record);
        }
        (head, records)
    }

    #[test]
    fn an_untouched_chain_leads_to_its_head() {
        let (head, records) = three();
        assert_eq!(prove_chain(Head::start(head.run), &records), Ok(head));
    }

    #[test]
    fn any_change_is_seen() {
        let (head, records) = three();
        let start = Head::start(head.run);
        let mut altered = records.clone();
        altered[1].body = "{\"b\":3}".to_owned();
        assert_eq!(prove_chain(start, &altered), Err(ChainFault::Altered { seq: 2 }));
        let mut cut = records.clone();
        cut.remove(1);
        assert_eq!(prove_chain(start, &cut), Err(ChainFault::OutOfOrder { expected: 2, found: 3 }));
        let mut moved = records;
        moved[2].at = "2026-01-02T00:00:00Z".parse().unwrap();
        assert_eq!(prove_chain(start, &moved), Err(ChainFault::Altered { seq: 3 }));
    }
}
