//! What is SQLite's own: full disk, other versions, other processes, checkpoints, retention, backup.

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_journal::{Draft, Head, Journal, JournalError, RunSummary, Transaction};
use callsheet_journal_sqlite::{BackupError, FORMAT, HeadFault, JOURNAL_FILE, Settings, SqliteJournal, restore};
use tempfile::TempDir;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

fn run(number: u8) -> RunId {
    RunId::new(at(0), [number; 10])
}

fn open(folder: &TempDir) -> SqliteJournal {
    SqliteJournal::open(folder.path(), Settings::default()).unwrap()
}

fn append(journal: &mut SqliteJournal, run: RunId, body: &str) -> Head {
    let head = journal.head(run).unwrap();
    let drafts = vec![Draft { at: at(head.seq as i64), body: body.to_owned() }];
    let transaction = Transaction { appends: vec![(head, drafts)], ..Transaction::default() };
    journal.commit(transaction).unwrap().unwrap()[0]
}

fn summarise(journal: &mut SqliteJournal, run: RunId, ended: bool) {
    let summary = RunSummary {
        run,
        procedure: "a.md#b".into(),
        service: String::new(),
        environment: String::new(),
        actor: "root".into(),
        created: at(0),
        updated: at(0),
        phase: if ended { "done" } else { "running" }.into(),
        ended,
    };
    journal.commit(Transaction { summaries: vec![summary], ..Transaction::default() }).unwrap().unwrap();
}

fn store_large(journal: &SqliteJournal, bytes: &[u8]) {
    let path = journal.blobs().path(Digest::of(bytes));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn raw(folder: &TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.path().join(JOURNAL_FILE)).unwrap()
}

#[test]
fn a_full_disk_says_so_and_keeps_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { largest_bytes: Some(200_000), ..Settings::default() };
    let mut journal = SqliteJournal::open(folder.path(), settings).unwrap();
    let mut head = append(&mut journal, run(1), "{}");
    let body = format!("{{\"fill\":\"{}\"}}", "x".repeat(10_000));
    let full = loop {
        let drafts = vec![Draft { at: at(1), body: body.clone() }];
        match journal.commit(Transaction { appends: vec![(head, drafts)], ..Transaction::default() }) {
            Ok(heads) => head = heads.unwrap()[0],
            Err(error) => break error,
        }
        assert!(head.seq < 100, "the limit was not felt");
    };
    assert!(matches!(full, JournalError::Full { .. }), "{full:?}");
    assert!(full.to_string().contains("no space left"), "{full}");
    assert_eq!(journal.prove(run(1)).unwrap(), Ok(head));
    drop(journal);
    // With room again the run goes on where it was.
    let mut journal = open(&folder);
    assert_eq!(append(&mut journal, run(1), &body).seq, head.seq + 1);
}

#[test]
fn a_newer_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder));
    raw(&folder).pragma_update(None, "user_version", FORMAT + 1).unwrap();
    let error = SqliteJournal::open(folder.path(), Settings::default()).unwrap_err();
    assert!(
        matches!(error, JournalError::TooNew { found, known, .. } if found == FORMAT + 1 && known == FORMAT),
        "{error}"
    );
}

#[test]
fn a_file_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    raw(&folder).execute_batch("CREATE TABLE theirs (x)").unwrap();
    let error = SqliteJournal::open(folder.path(), Settings::default()).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
    std::fs::write(folder.path().join(JOURNAL_FILE), "no database at all".repeat(500)).unwrap();
    let error = SqliteJournal::open(folder.path(), Settings::default()).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
}

#[test]
fn a_writer_that_does_not_end_is_busy_not_a_hang() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { busy_wait: std::time::Duration::from_millis(20), ..Settings::default() };
    let mut journal = SqliteJournal::open(folder.path(), settings).unwrap();
    append(&mut journal, run(1), "{}");
    let other = raw(&folder);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let head = journal.head(run(1)).unwrap();
    let drafts = vec![Draft { at: at(1), body: "{}".into() }];
    let transaction = Transaction { appends: vec![(head, drafts)], ..Transaction::default() };
    let error = journal.commit(transaction.clone()).unwrap_err();
    assert!(matches!(error, JournalError::Busy { waited_ms: 20, .. }), "{error}");
    // Readers are not held up, and the writer goes on when the other is done.
    assert_eq!(journal.read(run(1), 0, 10).unwrap().len(), 1);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(journal.commit(transaction).unwrap().unwrap()[0].seq, 2);
}

#[test]
fn two_writers_see_each_other_move_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut two) = (open(&folder), open(&folder));
    let mine = append(&mut one, run(1), "{}");
    let before = one.version().unwrap();
    append(&mut two, run(1), "{}");
    assert_ne!(one.version().unwrap(), before);
    let drafts = vec![Draft { at: at(1), body: "{}".into() }];
    let late = one.commit(Transaction { appends: vec![(mine, drafts)], ..Transaction::default() });
    assert!(matches!(late, Err(JournalError::HeadMoved { expected: 1, actual: 2, .. })), "{late:?}");
}

#[test]
fn many_processes_may_open_a_new_folder_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let folder = &folder;
            scope.spawn(move || append(&mut open(folder), run(number), "{}"));
        }
    });
    assert_eq!(open(&folder).heads().unwrap().len(), 8);
}

#[test]
fn tampering_is_seen_against_an_exported_head() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&folder);
    for _ in 0..5 {
        append(&mut journal, run(1), "{\"event\":\"some\"}");
    }
    let exported = journal.checkpoint(at(10)).unwrap();
    assert_eq!(exported.heads.len(), 1);
    let head = exported.heads[0];
    append(&mut journal, run(1), "{\"event\":\"later\"}");
    assert!(journal.prove_against(head).unwrap().is_ok());
    raw(&folder).execute("UPDATE record SET body = '{}' WHERE key & 4294967295 = 3", []).unwrap();
    assert!(matches!(journal.prove_against(head).unwrap(), Err(HeadFault::Broken { .. })));
    raw(&folder).execute("DELETE FROM record WHERE key & 4294967295 >= 3", []).unwrap();
    let shortened = journal.prove_against(head).unwrap();
    assert!(matches!(shortened, Err(HeadFault::Shortened { expected: 5, found: 2, .. })), "{shortened:?}");
    // A chain made anew holds in itself, but not against what was exported.
    drop(journal);
    let mut journal = open(&folder);
    for _ in 0..3 {
        append(&mut journal, run(1), "{\"event\":\"forged\"}");
    }
    assert!(journal.prove(run(1)).unwrap().is_ok());
    assert!(matches!(journal.prove_against(head).unwrap(), Err(HeadFault::Replaced { seq: 5, .. })));
    let second = journal.checkpoint(at(11)).unwrap();
    assert_eq!(second.number, 2);
    assert_ne!(second.chain, exported.chain);
}

#[test]
fn pruning_leaves_tombstones_and_a_verifiable_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&folder);
    let (small, shared, plan) = (b"small".to_vec(), b"shared".to_vec(), b"plan".to_vec());
    let large = b"large".to_vec();
    store_large(&journal, &large);
    let blobs = [&small, &shared, &plan].map(|bytes| (Digest::of(bytes), bytes.clone())).to_vec();
    journal.commit(Transaction { blobs, ..Transaction::default() }).unwrap().unwrap();
    for bytes in [&small, &shared, &plan, &large] {
        append(&mut journal, run(1), &format!("{{\"output\":\"{}\"}}", Digest::of(bytes)));
    }
    append(&mut journal, run(2), &format!("{{\"output\":\"{}\"}}", Digest::of(&shared)));
    summarise(&mut journal, run(1), true);
    summarise(&mut journal, run(2), false);

    let keep_plan = |_: &callsheet_journal::Record| vec![Digest::of(b"plan")];
    let pruned = journal.prune(at(1000), at(2000), &keep_plan).unwrap();
    assert_eq!((pruned.runs, pruned.blobs), (1, 2));
    for (bytes, stays) in [(&small, false), (&large, false), (&shared, true), (&plan, true)] {
        let digest = Digest::of(bytes);
        assert_eq!(journal.blob(digest).unwrap().is_some(), stays, "{}", String::from_utf8_lossy(bytes));
        assert_eq!(journal.purged(digest).unwrap(), (!stays).then(|| at(2000)));
    }
    assert!(journal.prove(run(1)).unwrap().is_ok());
    assert_eq!(journal.prune(at(1000), at(2000), &keep_plan).unwrap().blobs, 0);
}

#[test]
fn a_backup_taken_while_in_use_can_be_restored() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&folder);
    let head = append(&mut journal, run(1), "{}");
    store_large(&journal, b"output");
    let (copy, again) = (folder.path().join("copy"), folder.path().join("again"));
    let report = journal.backup(&copy).unwrap();
    assert_eq!(report.blobs, 1);
    append(&mut journal, run(1), "{}");
    assert!(matches!(journal.backup(&copy), Err(BackupError::TargetTaken(_))));
    restore(&copy, &again).unwrap();
    let restored = SqliteJournal::open(&again, Settings::default()).unwrap();
    assert_eq!(restored.prove(run(1)).unwrap(), Ok(head));
    assert_eq!(restored.blob(Digest::of(b"output")).unwrap().as_deref(), Some(&b"output"[..]));
    assert!(restore(&folder.path().join("nowhere"), &folder.path().join("x")).is_err());
}
