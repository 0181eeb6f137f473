//! A sample of the stories that `cargo xtask soak --only migrations` tells at length.

use std::process::Command;

use callsheet_servers::{Mariadb, Postgres};

fn tell(url: &str, stories: &str) {
    let told = Command::new(env!("CARGO_BIN_EXE_migration-crashes")).args([url, "0", stories]).output();
    let told = told.expect("it can be started");
    assert!(
        told.status.success(),
        "{}{}",
        String::from_utf8_lossy(&told.stdout),
        String::from_utf8_lossy(&told.stderr)
    );
}

#[test]
fn sqlite_is_killed_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    tell(&format!("sqlite:{}", folder.path().join("a.db").display()), "6");
}

#[test]
fn postgres_is_killed_and_goes_on() {
    tell(&Postgres::shared().fresh_database(), "4");
}

#[test]
fn mariadb_is_killed_and_goes_on() {
    tell(&Mariadb::start().url(), "3");
}
