//! What every `Journal` must do. Each case gets a fresh, empty store.

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_journal::{ChangeLock, Draft, Head, Journal, JournalError, RunSummary, Transaction, prove_chain};

/// One promise, checked on a fresh, empty store.
pub type Case = fn(&mut dyn Journal);

/// All cases, by name, for a loop in the implementation's test.
pub const CASES: &[(&str, Case)] = &[
    ("appends_and_reads_back", appends_and_reads_back),
    ("pages_through_records", pages_through_records),
    ("an_unknown_run_is_empty", an_unknown_run_is_empty),
    ("a_moved_head_appends_nothing", a_moved_head_appends_nothing),
    ("several_runs_in_one_commit", several_runs_in_one_commit),
    ("all_or_nothing_across_runs", all_or_nothing_across_runs),
    ("summaries_are_listed_newest_first", summaries_are_listed_newest_first),
    ("a_held_lock_refuses_the_whole_transaction", a_held_lock_refuses_the_whole_transaction),
    ("locks_are_freed_by_their_run_alone", locks_are_freed_by_their_run_alone),
    ("an_observing_lock_gives_way", an_observing_lock_gives_way),
    ("blobs_are_kept_once", blobs_are_kept_once),
    ("any_text_is_kept_byte_for_byte", any_text_is_kept_byte_for_byte),
];

/// The run with a given number.
pub fn run(number: u8) -> RunId {
    RunId::new(at(i64::from(number)), [number; 10])
}

/// An instant, by seconds from a fixed start.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).expect("a few seconds from 2026 can be written")
}

/// A draft at second `second`.
pub fn draft(second: i64, body: &str) -> Draft {
    Draft { at: at(second), body: body.to_owned() }
}

/// A summary of `run` in `phase`; `done` is terminal.
pub fn summary(run: RunId, second: i64, phase: &str) -> RunSummary {
    RunSummary {
        run,
        procedure: "runbooks/a.md#deploy".to_owned(),
        service: "a".to_owned(),
        environment: "staging".to_owned(),
        actor: "root".to_owned(),
        created: at(second),
        updated: at(second),
        phase: phase.to_owned(),
        ended: phase == "done",
    }
}

/// A change lock of `run`.
pub fn change_lock(run: RunId, service: &str) -> ChangeLock {
    ChangeLock {
        service: service.to_owned(),
        environment: "staging".to_owned(),
        run,
        since: at(1),
        holder: "root".to_owned(),
        observing: false,
    }
}

fn append(head: Head, bodies: &[&str]) -> Transaction {
    let drafts = bodies.iter().map(|body| draft(head.seq as i64 + 1, body)).collect();
    Transaction { appends: vec![(head, drafts)], ..Transaction::default() }
}

fn committed(journal: &mut dyn Journal, transaction: Transaction) -> Vec<Head> {
    journal.commit(transaction).expect("the store takes it").expect("no lock stands in the way")
}

fn appends_and_reads_back(journal: &mut dyn Journal) {
    let start = Head::start(run(1));
    let heads = committed(journal, append(start, &["{\"a\":1}", "{\"b\":2}"]));
    let more = committed(journal, append(heads[0], &["{\"c\":3}"]));
    let records = journal.read(run(1), 0, 10).expect("readable");
    assert_eq!(records.iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(records[2].body, "{\"c\":3}");
    assert_eq!(records[2].at, at(3));
    assert_eq!(prove_chain(start, &records), Ok(more[0]));
    assert_eq!(journal.head(run(1)).expect("readable"), more[0]);
}

fn pages_through_records(journal: &mut dyn Journal) {
    let bodies: Vec<String> = (0..10).map(|number| format!("{{\"n\":{number}}}")).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let start = Head::start(run(1));
    committed(journal, append(start, &bodies));
    let first = journal.read(run(1), 0, 4).expect("readable");
    let head = prove_chain(start, &first).expect("the page's chain holds");
    let second = journal.read(run(1), 4, 100).expect("readable");
    assert_eq!((first.len(), second.len()), (4, 6));
    assert_eq!(prove_chain(head, &second).map(|head| head.seq), Ok(10));
    assert!(journal.read(run(1), 10, 100).expect("readable").is_empty());
}

fn an_unknown_run_is_empty(journal: &mut dyn Journal) {
    assert_eq!(journal.head(run(9)).expect("readable"), Head::start(run(9)));
    assert!(journal.read(run(9), 0, 10).expect("readable").is_empty());
    assert!(journal.runs(false, 10).expect("readable").is_empty());
    assert_eq!(journal.blob(Digest::of(b"nothing")).expect("readable"), None);
}

fn a_moved_head_appends_nothing(journal: &mut dyn Journal) {
    let start = Head::start(run(1));
    let heads = committed(journal, append(start, &["{}"]));
    let stale = journal.commit(append(start, &["{\"late\":true}"]));
    assert!(matches!(stale, Err(JournalError::HeadMoved { expected: 0, actual: 1, .. })), "{stale:?}");
    let ahead = Head { seq: 5, ..heads[0] };
    let ahead = journal.commit(append(ahead, &["{}"]));
    assert!(matches!(ahead, Err(JournalError::HeadMoved { expected: 5, actual: 1, .. })), "{ahead:?}");
    let forked = Head { chain: Digest::of(b"another past"), ..heads[0] };
    assert!(matches!(journal.commit(append(forked, &["{}"])), Err(JournalError::HeadMoved { .. })));
    assert_eq!(journal.head(run(1)).expect("readable"), heads[0]);
}

fn several_runs_in_one_commit(journal: &mut dyn Journal) {
    let appends = (1..=5).map(|number| (Head::start(run(number)), vec![draft(1, "{}"), draft(2, "{}")])).collect();
    let heads = committed(journal, Transaction { appends, ..Transaction::default() });
    assert_eq!(heads.iter().map(|head| head.run).collect::<Vec<_>>(), (1..=5).map(run).collect::<Vec<_>>());
    for head in heads {
        assert_eq!(journal.head(head.run).expect("readable"), head);
        assert_eq!(head.seq, 2);
    }
}

fn all_or_nothing_across_runs(journal: &mut dyn Journal) {
    let first = committed(journal, append(Head::start(run(1)), &["{}"]));
    let stale = Transaction {
        appends: vec![
            (Head::start(run(2)), vec![draft(1, "{}")]),
            (first[0], vec![draft(2, "{}")]),
            (Head::start(run(1)), vec![draft(3, "{}")]),
        ],
        summaries: vec![summary(run(2), 1, "running")],
        take_locks: vec![change_lock(run(2), "a")],
        blobs: vec![(Digest::of(b"blob"), b"blob".to_vec())],
        ..Transaction::default()
    };
    assert!(matches!(journal.commit(stale), Err(JournalError::HeadMoved { .. })));
    assert_eq!(journal.head(run(1)).expect("readable"), first[0]);
    assert_eq!(journal.head(run(2)).expect("readable").seq, 0);
    assert!(journal.runs(false, 10).expect("readable").is_empty());
    assert!(journal.locks().expect("readable").is_empty());
    assert_eq!(journal.blob(Digest::of(b"blob")).expect("readable"), None);
    // The failed attempt leaves nothing behind that would stop the next.
    committed(journal, append(first[0], &["{}"]));
}

fn summaries_are_listed_newest_first(journal: &mut dyn Journal) {
    for number in [1, 2, 3] {
        let phase = if number == 2 { "done" } else { "running" };
        let transaction = Transaction {
            appends: vec![(Head::start(run(number)), vec![draft(i64::from(number), "{}")])],
            summaries: vec![summary(run(number), i64::from(number), phase)],
            ..Transaction::default()
        };
        committed(journal, transaction);
    }
    let ids = |runs: Vec<RunSummary>| runs.into_iter().map(|summary| summary.run).collect::<Vec<_>>();
    assert_eq!(ids(journal.runs(false, 10).expect("readable")), [run(3), run(2), run(1)]);
    assert_eq!(ids(journal.runs(true, 10).expect("readable")), [run(3), run(1)]);
    assert_eq!(ids(journal.runs(false, 1).expect("readable")), [run(3)]);
    let changed = Transaction { summaries: vec![summary(run(1), 1, "waiting")], ..Transaction::default() };
    committed(journal, changed);
    let first = journal.runs(true, 10).expect("readable").pop().expect("run 1 is open");
    assert_eq!((first.phase.as_str(), first.created, first.updated), ("waiting", at(1), at(1)));
}

fn a_held_lock_refuses_the_whole_transaction(journal: &mut dyn Journal) {
    let create = |number: u8, service: &str| Transaction {
        appends: vec![(Head::start(run(number)), vec![draft(1, "{}")])],
        summaries: vec![summary(run(number), 1, "running")],
        take_locks: vec![change_lock(run(number), service)],
        ..Transaction::default()
    };
    committed(journal, create(1, "a"));
    let refused = journal.commit(create(2, "a")).expect("a held lock is an answer, not a failure");
    assert_eq!(refused, Err(change_lock(run(1), "a")));
    assert_eq!(journal.head(run(2)).expect("readable").seq, 0);
    committed(journal, create(2, "b"));
    assert_eq!(journal.locks().expect("readable"), [change_lock(run(1), "a"), change_lock(run(2), "b")]);
}

fn locks_are_freed_by_their_run_alone(journal: &mut dyn Journal) {
    let take = |number: u8| Transaction { take_locks: vec![change_lock(run(number), "a")], ..Transaction::default() };
    let free = |number: u8| Transaction { free_locks: vec![run(number)], ..Transaction::default() };
    committed(journal, take(1));
    committed(journal, free(2));
    assert!(journal.commit(take(2)).expect("an answer").is_err());
    committed(journal, free(1));
    committed(journal, take(2));
    committed(journal, take(2));
    // Freeing comes before taking within one transaction.
    committed(journal, Transaction { free_locks: vec![run(2)], ..take(3) });
    assert_eq!(journal.locks().expect("readable"), [change_lock(run(3), "a")]);
}

fn an_observing_lock_gives_way(journal: &mut dyn Journal) {
    let observing = ChangeLock { observing: true, ..change_lock(run(1), "a") };
    committed(journal, Transaction { take_locks: vec![observing], ..Transaction::default() });
    committed(journal, Transaction { take_locks: vec![change_lock(run(2), "a")], ..Transaction::default() });
    committed(journal, Transaction { free_locks: vec![run(1)], ..Transaction::default() });
    assert_eq!(journal.locks().expect("readable"), [change_lock(run(2), "a")]);
}

fn blobs_are_kept_once(journal: &mut dyn Journal) {
    let bytes = b"output \x00 with a zero byte".to_vec();
    let digest = Digest::of(&bytes);
    for _ in 0..2 {
        committed(journal, Transaction { blobs: vec![(digest, bytes.clone())], ..Transaction::default() });
    }
    assert_eq!(journal.blob(digest).expect("readable"), Some(bytes));
}

fn any_text_is_kept_byte_for_byte(journal: &mut dyn Journal) {
    let bodies = ["{\"note\":\"naïve — ✓ \\u0000\"}", "{}\n", "  {\"b\" : 1, \"a\":2}", "{\"long\":\"", ""];
    let long = format!("{{\"long\":\"{}\"}}", "x".repeat(200_000));
    let mut all = bodies.to_vec();
    all.push(&long);
    let start = Head::start(run(1));
    let heads = committed(journal, append(start, &all));
    let records = journal.read(run(1), 0, 100).expect("readable");
    assert_eq!(records.iter().map(|record| record.body.as_str()).collect::<Vec<_>>(), all);
    assert_eq!(prove_chain(start, &records), Ok(heads[0]));
}
