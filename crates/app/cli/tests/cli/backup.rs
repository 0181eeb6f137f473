//! `callsheet backup`, `restore`, `drill`: what a person sees of a database that is kept.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::desk::{Desk, Ending};

const CONFIG: &str = "[databases.main]\nurl = \"sqlite:shop.db\"\nmigrations = \"db\"\n\n[databases.main.backup]\nevery = \"daily\"\n\
drill = \"quarterly\"\nkeep = { last = 2 }\nidentity = \"key\"\nexpect = { \"SELECT count(*) FROM orders\" = \"3\" }\n";

/// A database with three orders, and a key.
fn desk() -> Desk {
    let desk = Desk::new().with("callsheet.toml", CONFIG).with(
        "db/0001_orders.up.sql",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);\nINSERT INTO orders VALUES (1), (2), (3);\n",
    );
    let desk = desk.with("db/0001_orders.down.sql", "DROP TABLE orders;\n");
    callsheet(&desk, "migrate up", 0);
    let recipient = callsheet(&desk, "backup new-key key", 0).stdout;
    let config = format!("{CONFIG}recipients = [\"{}\"]\n", recipient.trim());
    desk.with("callsheet.toml", &config)
}

fn callsheet(desk: &Desk, words: &str, code: i32) -> Ending {
    desk.callsheet(&words.split(' ').collect::<Vec<_>>()).expect(code)
}

fn listed(desk: &Desk) -> Value {
    let text = callsheet(desk, "backup list --format json", 0).stdout;
    serde_json::from_str::<Value>(&text).expect("it is JSON")["databases"][0].clone()
}

#[test]
fn a_backup_is_made_proved_and_restored() {
    let desk = desk();
    assert!(callsheet(&desk, "backup list --check", 1).stderr.contains("there is no backup; one is due every 1d"));
    let made = callsheet(&desk, "backup create", 0).stdout;
    assert!(made.contains("2 tables with") && made.contains("encrypted"), "{made}");
    assert!(callsheet(&desk, "drill restore", 0).stdout.contains("verified: restored into SQLite"));
    callsheet(&desk, "backup list --check", 0);
    assert_eq!(listed(&desk)["backups"][0]["verified"], true);
    // What is there is only replaced if somebody agrees, and is kept.
    callsheet(&desk, "migrate down --yes", 0);
    let refused = callsheet(&desk, "restore --latest", 5);
    assert!(refused.stderr.contains("later changes be lost"), "{}", refused.stderr);
    callsheet(&desk, "restore --latest --yes", 0);
    let kept = listed(&desk);
    assert_eq!(kept["backups"].as_array().map(Vec::len), Some(2));
    // The newest is what was there before: the table is gone in it.
    assert!(callsheet(&desk, "backup verify", 1).stdout.contains("no such table"));
    assert_eq!(callsheet(&desk, "migrate current", 0).stdout, "0001\n");
    // Nothing to apply, nothing to back up.
    callsheet(&desk, "migrate up --backup", 0);
    callsheet(&desk, "migrate down --yes", 0);
    assert!(callsheet(&desk, "migrate up --backup", 0).stderr.contains("backed up as"));
    assert_eq!(listed(&desk)["backups"].as_array().map(Vec::len), Some(3));
    let id = kept["backups"][0]["id"].as_str().expect("it has a name").to_owned();
    callsheet(&desk, &format!("restore {id} --into there"), 0);
    assert!(desk.path("there/restored.db").exists());
    assert!(callsheet(&desk, &format!("restore {id} --into there"), 1).stderr.contains("is not empty"));
}

#[test]
fn what_cannot_be_had_is_said_with_what_can() {
    let desk = desk();
    assert!(callsheet(&desk, "restore --latest --yes", 2).stderr.contains("`callsheet backup create` makes one"));
    callsheet(&desk, "backup create", 0);
    let between = callsheet(&desk, "restore --at 2100-01-01T00:00:00Z", 2).stderr;
    assert!(between.contains("hint: the nearest before it was made"), "{between}");
    assert!(callsheet(&desk, "restore --latest --to postgres://u:pw@h/d", 2).stderr.contains("holds a password"));
    assert!(callsheet(&desk, "backup create --kind physical", 1).stderr.contains("is for PostgreSQL"));
    let desk = desk.with("key", "AGE-SECRET-KEY-1NOTHING");
    assert!(callsheet(&desk, "backup verify", 2).stderr.contains("the identity holds no key"));
}

#[test]
fn a_backup_that_is_killed_at_any_moment_is_none() {
    let desk = desk();
    for pause_ms in [1, 5, 10, 20, 40] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_callsheet"))
            .args(["backup", "create"])
            .current_dir(desk.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("callsheet starts");
        std::thread::sleep(std::time::Duration::from_millis(pause_ms));
        child.kill().expect("it is our child");
        child.wait().expect("it ends");
        // Whatever is listed is whole.
        for backup in listed(&desk)["backups"].as_array().expect("a list") {
            let id = backup["id"].as_str().expect("it has a name");
            callsheet(&desk, &format!("backup verify {id}"), 0);
        }
    }
    callsheet(&desk, "backup create", 0);
}

#[test]
fn an_address_that_is_a_secret_is_that_of_the_environment() {
    let config = "[databases.main]\nurl = \"secret://SHOP_DB\"\nmigrations = \"db\"\n";
    let desk = Desk::new()
        .with("callsheet.toml", config)
        .with("db/0001_orders.up.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n")
        .with("db/0001_orders.down.sql", "DROP TABLE orders;\n");
    for (environment, url) in [("dev", "sqlite:dev.db"), ("production", "sqlite:production.db")] {
        callsheet(&desk, &format!("secrets init --env {environment}"), 0);
        let set = desk.callsheet_fed(&["secrets", "set", "SHOP_DB", "--env", environment], url);
        assert_eq!(set.code, 0, "{}", set.stderr);
    }
    callsheet(&desk, "migrate up --env production", 0);
    assert!(desk.path("production.db").exists() && !desk.path("dev.db").exists());
    assert!(callsheet(&desk, "backup create --env production", 0).stdout.contains("2 tables"));
    callsheet(&desk, "drill restore --env production", 0);
    // In `dev` nobody is asked; production's data is not touched by a word about `dev`.
    assert!(callsheet(&desk, "restore --latest --env production", 5).stderr.contains("production.db"));
    assert!(callsheet(&desk, "backup create", 1).stderr.contains("dev.db"));
}

#[test]
fn a_storage_that_is_not_there_is_not_an_empty_one() {
    let config = "[databases.main]\nurl = \"sqlite:shop.db\"\n\n[databases.main.backup]\nstorage = \"disk/backups\"\n";
    let desk = Desk::new().with("callsheet.toml", config).with("shop.db", "");
    for words in [
        "backup list",
        "backup verify",
        "backup prune",
        "drill restore",
        "restore --latest --yes",
        "backup create --dry-run",
    ] {
        let said = callsheet(&desk, words, 2).stderr;
        assert!(said.contains("disk/backups` is not there") && said.contains("mount the disk"), "{words}: {said}");
    }
    // 1 would mean that the log ends there.
    callsheet(&desk, "backup fetch-wal --system 1 000000010000000000000001 there", 2);
    assert!(!desk.path("disk").exists());
    callsheet(&desk, "backup create", 0);
    callsheet(&desk, "backup list", 0);
}

#[test]
fn listing_needs_nobody_who_could_decrypt() {
    let desk = desk();
    callsheet(&desk, "backup create", 0);
    let away = desk.read("callsheet.toml").replace("identity = \"key\"", "identity = \"secret://BACKUP_KEY\"");
    let desk = desk.with("callsheet.toml", &away);
    assert_eq!(listed(&desk)["backups"].as_array().map(Vec::len), Some(1));
    callsheet(&desk, "backup prune --dry-run", 0);
    assert_ne!(desk.callsheet(&["backup", "verify"]).code, 0, "its contents cannot be read");
}
