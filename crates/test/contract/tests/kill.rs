//! kill -9 of a process that is committing: whatever it had acknowledged is there, and the chain holds.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use callsheet_contract::journal::{draft, run, summary};
use callsheet_journal::{Head, Journal, Transaction};
use callsheet_journal_sqlite::{Settings, SqliteJournal};

const FOLDER: &str = "CALLSHEET_TEST_COMMITS_TO";

/// Not a test of its own: the child that the other test kills. Without its variable it does nothing.
#[test]
fn child_that_commits_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut journal = SqliteJournal::open(folder.as_ref(), Settings::default()).unwrap();
    let mut heads = [1, 2].map(|number| journal.head(run(number)).unwrap());
    let mut out = std::io::stdout().lock();
    for turn in 0.. {
        let mut transaction = Transaction::default();
        let lone = turn % 3 != 0;
        for head in &heads[..if lone { 1 } else { 2 }] {
            transaction.appends.push((*head, vec![draft(turn, "{\"some\":\"event\"}")]));
        }
        if turn % 5 == 0 {
            transaction.summaries.push(summary(run(1), 1, "running"));
        }
        for head in journal.commit(transaction).unwrap().unwrap() {
            writeln!(out, "ack {} {}", head.run, head.seq).unwrap();
            let index = heads.iter().position(|known| known.run == head.run).unwrap();
            heads[index] = head;
        }
        out.flush().unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = [0u64; 2];
    for lines_before_kill in [1, 7, 40, 113, 2, 61] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_commits_until_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines {
            let line = line.unwrap();
            let Some((run_text, seq)) = line.split_once("ack ").and_then(|(_, rest)| rest.split_once(' ')) else {
                continue;
            };
            let index = usize::from(run_text != run(1).to_string());
            acknowledged[index] = seq.parse().unwrap();
            seen += 1;
            if seen == lines_before_kill {
                // Keep reading: what was acknowledged before the kill took effect counts too.
                child.kill().unwrap();
            }
        }
        assert!(!child.wait().unwrap().success(), "it was killed");
        let journal = SqliteJournal::open(folder.path(), Settings::default()).unwrap();
        for (index, number) in [1, 2].into_iter().enumerate() {
            let head = journal.prove(run(number)).unwrap().unwrap();
            assert!(head.seq >= acknowledged[index], "run {number}: {} < {}", head.seq, acknowledged[index]);
            assert!(head.seq <= acknowledged[index] + 1, "at most the one commit in flight is more");
            acknowledged[index] = head.seq;
            assert_ne!(head, Head::start(run(number)));
        }
    }
}
