//! The SQLite journal and its file leases pass the suites.

use callsheet_base::BootId;
use callsheet_contract::{journal, lease};
use callsheet_journal::LeaseHolder;
use callsheet_journal_sqlite::{FileLeases, Settings, SqliteJournal};

#[test]
fn the_sqlite_journal_keeps_every_promise() {
    for (name, case) in journal::CASES {
        let folder = tempfile::tempdir().unwrap();
        eprintln!("{name}");
        case(&mut SqliteJournal::open(folder.path(), Settings::default()).unwrap());
    }
}

#[test]
fn file_leases_keep_every_promise() {
    for (name, case) in lease::CASES {
        let folder = tempfile::tempdir().unwrap();
        eprintln!("{name}");
        let party = |role: &str| {
            let holder = LeaseHolder { pid: std::process::id(), boot: BootId("boot".into()), role: role.into() };
            FileLeases::new(folder.path(), holder)
        };
        case(&mut party("run"), &mut party("resume"));
    }
}
