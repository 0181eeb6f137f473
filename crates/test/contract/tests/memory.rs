//! The journal and leases in memory pass the same suites, and answer like SQLite through seeded random histories.

use callsheet_base::BootId;
use callsheet_contract::{history, journal, lease};
use callsheet_journal::LeaseHolder;
use callsheet_journal_sqlite::{Settings, SqliteJournal};
use callsheet_testkit::{MemoryJournal, MemoryLeases};

#[test]
fn the_journal_in_memory_keeps_every_promise() {
    for (name, case) in journal::CASES {
        eprintln!("{name}");
        case(&mut MemoryJournal::new());
    }
}

#[test]
fn leases_in_memory_keep_every_promise() {
    for (name, case) in lease::CASES {
        eprintln!("{name}");
        let holder = |pid| LeaseHolder { pid, boot: BootId("boot".into()), role: "run".into() };
        let mut first = MemoryLeases::new(holder(1));
        let mut second = first.process(holder(2));
        case(&mut first, &mut second);
    }
}

#[test]
fn both_journals_answer_alike() {
    for seed in 1..=12 {
        let folder = tempfile::tempdir().unwrap();
        let mut sqlite = SqliteJournal::open(folder.path(), Settings::default()).unwrap();
        history::compare(seed, 50, &mut sqlite, &mut MemoryJournal::new());
    }
}
