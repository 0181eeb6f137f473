//! MariaDB 10.11: primary and replica, there and back.

use callsheet_servers::Mariadb;

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
    until_all_is_well(&desk);
    second.crash();
    killed_at_each_stage(&desk, "db failover --yes");
    assert_eq!(role(&desk, "db1"), ("primary".to_owned(), true));
    // It comes back and takes writes, which its configuration keeps it from here: nothing of that is left to luck.
    second.resume();
    second.as_admin("SET GLOBAL read_only = 0");
    let told = callsheet(&desk, "db status --check", 1).stderr;
    assert!(told.contains("`db2` was superseded and takes writes again"), "{told}");
    callsheet(&desk, "db fence --yes", 0);
    assert_eq!(role(&desk, "db2"), ("primary".to_owned(), false));
}
