//! PostgreSQL 15: primary and replica.

use std::process::Stdio;
use std::time::{Duration, Instant};

use callsheet_servers::Postgres;

use super::writers::Writers;
use super::{callsheet, desk, killed_at_each_stage, role, until_all_is_well};

fn make(server: &Postgres, sql: &str) {
    let made = std::process::Command::new("psql").args([&server.url(), "-qXc", sql]).stdout(Stdio::null()).status();
    assert!(made.expect("psql can be started").success(), "{sql}");
}

fn exempt_shop(primary: &Postgres) {
    make(primary, "CREATE ROLE shop LOGIN");
    make(primary, "ALTER ROLE shop IN DATABASE postgres SET default_transaction_read_only = off");
}

/// Stops the server and waits for its end, as its unit would.
fn stopping(server: &Postgres) -> String {
    let file = server.pid_file();
    let file = file.display();
    format!("fence = \"\"\"kill -INT \"$(head -n1 {file})\" && while test -e {file}; do sleep 0.05; done\"\"\"")
}

#[test]
fn a_primary_is_switched_under_writes_and_kills_and_nothing_is_lost() {
    let mut first = Postgres::start(&[]);
    let second = first.replica();
    let urls = [first.url(), second.url()];
    let desk = desk(urls.clone(), &stopping(&first));
    until_all_is_well(&desk);
    assert!(callsheet(&desk, "db promote", 5).stderr.contains("all sessions of `db1` end"));
    assert!(callsheet(&desk, "db promote --dry-run", 0).stdout.ends_with("make `db2` the primary\n"));
    // A role with a setting of its own is not bound by the server's: nothing is closed as long as it has that.
    exempt_shop(&first);
    let told = callsheet(&desk, "db promote --yes", 4).stderr;
    assert!(told.contains("role `shop` in database `postgres` would write in spite of it"), "{told}");
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), true));
    make(&first, "ALTER ROLE shop IN DATABASE postgres RESET default_transaction_read_only");
    let writers = Writers::start(&urls);
    let kills = killed_at_each_stage(&desk, "db promote --yes");
    assert!(kills > 3, "only {kills} kills");
    writers.some_more();
    assert_eq!(writers.lost(&second.url()), Vec::<i64>::new());
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), true));
    // Given twice, it is done.
    callsheet(&desk, "db promote --to db2", 0);
    // The older one comes back, and keeps to its word.
    first.halt();
    first.resume();
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), false));
    assert_eq!(callsheet(&desk, "db fence", 0).stdout, "nobody has to be fenced\n");
}

#[test]
fn what_no_longer_fences_is_told_and_not_run() {
    let first = Postgres::start(&[]);
    let second = first.replica();
    let third = first.replica();
    let urls = [first.url(), second.url()];
    // It does not end, so the program is killed while it runs.
    let fence = "fence = \"echo $$ > fencing; exec sleep 600\"";
    let desk = desk(urls, fence).with_variable("DB3_URL", &third.url());
    let config = desk.read("callsheet.toml") + "[databases.main.servers.db3]\nurl = \"$DB3_URL\"\n";
    let desk = desk.with("callsheet.toml", &config);
    until_all_is_well(&desk);
    let planned = callsheet(&desk, "db promote --to db2 --dry-run", 0).stdout;
    assert!(planned.ends_with("  let the other replicas follow `db2`: `db3`\n"), "{planned}");
    let mut child = desk.command(&["db", "promote", "--to", "db2", "--yes"]).spawn().expect("callsheet starts");
    let deadline = Instant::now() + Duration::from_secs(60);
    let fencing = loop {
        let said = std::fs::read_to_string(desk.path("fencing")).unwrap_or_default();
        match said.ends_with('\n').then(|| said.trim().to_owned()) {
            Some(pid) => break pid,
            None => assert!(Instant::now() < deadline, "it is never fenced"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    child.kill().expect("it is our child");
    child.wait().expect("it ends");
    // Killed outright, it could not end its command.
    let ended = std::process::Command::new("kill").args(["-KILL", &fencing]).status().expect("kill can be started");
    assert!(ended.success(), "{fencing}");
    let desk = desk.with("callsheet.toml", &config.replace(fence, ""));
    let told = callsheet(&desk, "db promote --yes", 0).stderr;
    assert!(told.contains("callsheet.toml names no `fence` command any more"), "{told}");
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), true));
    // The third one is led to the newer primary.
    assert!(told.contains("let the other replicas follow `db2`: `db3` follows `db2`"), "{told}");
    let status = callsheet(&desk, "db status", 0).stdout;
    assert!(status.contains(&format!("follows 127.0.0.1:{}", second.port())), "{status}");
}

#[test]
fn a_primary_that_is_not_closed_for_all_is_caught_up_with_before_it_is_fenced() {
    let first = Postgres::start(&[]);
    let second = first.replica();
    exempt_shop(&first);
    // It was a primary once, and closed.
    make(&second, "ALTER SYSTEM SET default_transaction_read_only = on");
    make(&second, "SELECT pg_reload_conf()");
    let desk = desk([first.url(), second.url()], &stopping(&first));
    until_all_is_well(&desk);
    let told = callsheet(&desk, "db failover --yes", 0).stderr;
    let closed = told.find("✗ close `db1`: it is read-only and").expect(&told);
    let caught_up = told.find("✓ wait until `db2` has everything").expect(&told);
    let fenced = told.find("✓ fence `db1`").expect(&told);
    assert!(closed < caught_up && caught_up < fenced, "{told}");
    assert!(told.contains("role `shop` in database `postgres` would write in spite of it"), "{told}");
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), true));
    // Closed by hand, it is closed for all but that role, and `db status` says so.
    make(&second, "ALTER SYSTEM SET default_transaction_read_only = on");
    make(&second, "SELECT pg_reload_conf()");
    let deadline = Instant::now() + Duration::from_secs(60);
    while role(&desk, "db2").1 {
        assert!(Instant::now() < deadline, "it is never closed");
    }
    let status = callsheet(&desk, "db status", 0).stdout;
    assert!(status.contains("takes writes of role `shop` in database `postgres` alone"), "{status}");
}

#[test]
fn a_dead_primary_is_replaced_and_fenced_when_it_is_back() {
    let mut first = Postgres::start(&[]);
    let second = first.replica();
    let urls = [first.url(), second.url()];
    let desk = desk(urls.clone(), "");
    until_all_is_well(&desk);
    let writers = Writers::start(&urls);
    first.crash();
    assert!(callsheet(&desk, "db promote --yes", 2).stderr.contains("`callsheet db failover`"));
    let asked = callsheet(&desk, "db failover", 5).stderr;
    assert!(asked.contains("what may be lost: what `db1` took after 2"), "{asked}");
    killed_at_each_stage(&desk, "db failover --yes");
    writers.some_more();
    writers.lost(&second.url());
    first.resume();
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), true));
    let told = callsheet(&desk, "db status --check", 1).stderr;
    assert!(told.contains("`db1` was superseded and takes writes again: `callsheet db fence db1`"), "{told}");
    assert!(callsheet(&desk, "db promote --yes", 2).stderr.contains("there must be one primary"));
    assert!(callsheet(&desk, "db fence db2 --yes", 2).stderr.contains("is not fenced"));
    callsheet(&desk, "db fence --yes", 0);
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), false));
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), true));
}

#[test]
fn a_primary_that_cannot_be_fenced_keeps_its_replica_from_being_promoted() {
    let first = Postgres::start(&[]);
    let second = first.replica();
    // Who asks is not let in, so that it can neither be closed nor be known to be gone.
    let wrong = first.url().replacen("postgres:postgres@", "postgres:wrong@", 1);
    let desk = desk([wrong, second.url()], "fence = \"echo no route to db1 >&2; false\"");
    let refused = callsheet(&desk, "db failover --yes", 1).stderr;
    assert!(refused.contains("`db1` could not be fenced") && refused.contains("no route to db1"), "{refused}");
    assert!(refused.contains("--data-loss-accepted"), "{refused}");
    assert_eq!(role(&desk, "db2").0, "replica");
    callsheet(&desk, "db failover --yes --data-loss-accepted", 0);
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), true));
}

#[test]
fn a_replica_that_does_not_get_everything_leaves_the_primary_as_it_was() {
    let first = Postgres::start(&[]);
    let second = first.replica();
    let urls = [first.url(), second.url()];
    let desk = desk(urls.clone(), "");
    until_all_is_well(&desk);
    let writers = Writers::start(&urls);
    // It receives, and applies nothing.
    make(&second, "SELECT pg_wal_replay_pause()");
    let told = callsheet(&desk, "db promote --yes --wait 1s", 4).stderr;
    assert!(told.contains("`db1` stays the primary") && told.contains("it lacks"), "{told}");
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), true));
    writers.some_more();
    assert_eq!(writers.lost(&first.url()), Vec::<i64>::new());
}
