//! MariaDB 10.11: primary and replica, there and back.

use std::time::{Duration, Instant};

use callsheet_servers::Mariadb;
use mysql_async::prelude::Queryable as _;

use super::writers::Writers;
use super::{callsheet, desk, killed_at_each_stage, role, until_all_is_well};

#[test]
fn a_primary_is_switched_under_writes_and_kills_and_taken_over_when_it_dies() {
    let (first, mut second) = Mariadb::pair();
    let desk = desk([first.admin_url(), second.admin_url()], "");
    until_all_is_well(&desk);
    let urls = [first.url(), second.url()];
    let writers = Writers::start(&urls);
    let kills = killed_at_each_stage(&desk, "db promote --yes");
    assert!(kills > 3, "only {kills} kills");
    writers.some_more();
    assert_eq!(writers.lost(&second.url()), Vec::<i64>::new());
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), false));
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), true));

    // The older one follows the newer one, which dies.
    first.as_admin(&format!(
        "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {}, MASTER_USER = 'admin', MASTER_PASSWORD = 'adminpassword', \
         MASTER_USE_GTID = slave_pos, MASTER_DEMOTE_TO_SLAVE = 1; START SLAVE",
        second.port()
    ));
    first.as_admin("STOP SLAVE; SET GLOBAL slave_parallel_threads = 4; START SLAVE");
    until_all_is_well(&desk);
    // It receives everything and applies nothing, while the thread that reads says that it has nothing to do.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let mut holder = runtime.block_on(mysql_async::Conn::from_url(first.admin_url())).expect("it answers");
    runtime.block_on(holder.query_drop("LOCK TABLES writes READ")).expect("nobody else locks it");
    let inserts: Vec<String> = (1..=10).map(|id| format!("INSERT INTO app.writes VALUES (-{id})")).collect();
    second.as_admin(&inserts.join("; "));
    let end = second.as_admin("SELECT @@gtid_current_pos");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !first.as_admin("SHOW ALL SLAVES STATUS").contains(end.trim()) {
        assert!(Instant::now() < deadline, "nothing arrives");
        std::thread::sleep(Duration::from_millis(20));
    }
    second.crash();
    let told = callsheet(&desk, "db failover --yes --wait 1s", 1).stderr;
    assert!(told.contains("it has not applied all that it received"), "{told}");
    assert_eq!(role(&desk, "db1"), ("replica".to_owned(), false));
    runtime.block_on(holder.disconnect()).expect("it goes in peace");
    killed_at_each_stage(&desk, "db failover --yes");
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), true));
    assert_eq!(first.as_admin("SELECT COUNT(*) FROM app.writes WHERE id < 0").trim(), "10");
    // It comes back and takes writes, which its configuration keeps it from here: nothing of that is left to luck.
    second.resume();
    second.as_admin("SET GLOBAL read_only = 0");
    let told = callsheet(&desk, "db status --check", 1).stderr;
    assert!(told.contains("`db2` was superseded and takes writes again"), "{told}");
    callsheet(&desk, "db fence --yes", 0);
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), false));
}
