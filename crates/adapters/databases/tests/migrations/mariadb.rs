//! MariaDB.

use callsheet_databases::Address;
use callsheet_databases::migrate::{MigrateError, Options, Settle};
use callsheet_migrations::{Goal, State};
use callsheet_servers::Mariadb;

use crate::suite;

async fn emptied(address: &Address) {
    let tables =
        suite::value(address, "select table_name from information_schema.tables where table_schema = 'app'").await;
    for table in tables.split(',').filter(|name| !name.is_empty()) {
        suite::value(address, &format!("drop table `{table}`")).await;
    }
}

/// One server with one database, so one test; each part leaves it empty.
#[tokio::test]
async fn what_every_engine_promises_and_mysqls_own() {
    let server = Mariadb::start();
    let address = Address::parse(&server.url()).unwrap();
    suite::up_and_down(&address).await;
    emptied(&address).await;
    suite::drift_is_refused_and_can_be_accepted(&address).await;
    emptied(&address).await;
    suite::a_failure_is_told_and_mended(&address, true).await;
    emptied(&address).await;
    suite::two_at_once(&address).await;
    emptied(&address).await;
    suite::another_tools_history_is_adopted(&address).await;
    emptied(&address).await;
    half_applied_is_undone(&address).await;
    emptied(&address).await;
    what_the_catalogue_does_not_tell_is_asked(&address).await;
    emptied(&address).await;
    routines_are_whole(&address).await;
}

async fn half_applied_is_undone(address: &Address) {
    let mut database = suite::connect(address).await;
    let script = "create table a (x int); alter table a add y int; create table b (x int) engine=nonsense_here with more; create table c (x int);";
    let set =
        suite::set(&database, &[("1", script, "drop table c; drop table b; alter table a drop y; drop table a;")]);
    suite::up(&mut database, &set).await.unwrap_err();
    let history = database.history().await.unwrap();
    assert!(matches!(&history[0].state, State::Half(half) if half.done == 2), "{history:?}");
    let undone = suite::go(&mut database, &set, &Goal::back(1, &history).unwrap()).await.unwrap();
    assert_eq!(undone.history, []);
    assert_eq!(
        suite::value(address, "select count(*) from information_schema.tables where table_schema = 'app'").await,
        "1"
    );
}

/// As a crash would leave it: an intent, and no outcome.
async fn what_the_catalogue_does_not_tell_is_asked(address: &Address) {
    let mut database = suite::connect(address).await;
    let script = "create table a (x int); alter table a modify x bigint; alter table a add y int;";
    let set = suite::set(&database, &[("1", script, "drop table a;")]);
    suite::up(&mut database, &set).await.unwrap();
    let crashed = "update callsheet_migrations set state = 'up', statement_begun = 1, running_script = ";
    let text = script.replace('\'', "''");
    // The catalogue shows that the third is done.
    suite::value(address, &format!("{crashed}'{text}', statements_done = 2")).await;
    assert_eq!(suite::up(&mut database, &set).await.unwrap().history[0].state, State::Applied);
    // Of the second it shows nothing.
    suite::value(address, "alter table a drop y").await;
    suite::value(address, &format!("{crashed}'{text}', statements_done = 1")).await;
    let doubt = suite::up(&mut database, &set).await.unwrap_err();
    assert!(matches!(doubt, MigrateError::InDoubt { .. }), "{doubt:?}");
    let settled = Options { settle: Some(Settle::Again), ..suite::options() };
    let outcome = database.migrate(&set, &Goal::Up(None), &settled, &mut |_| {}).await.unwrap();
    assert_eq!(outcome.history[0].state, State::Applied);
}

async fn routines_are_whole(address: &Address) {
    let mut database = suite::connect(address).await;
    let script = "create table a (x int);\nDELIMITER //\ncreate procedure p() begin insert into a values (1); insert into a values (2); end //\nDELIMITER ;\ncall p();";
    let set = suite::set(&database, &[("1", script, "drop procedure p; drop table a;")]);
    suite::up(&mut database, &set).await.unwrap();
    assert_eq!(suite::value(address, "select sum(x) from a").await, "3");
    assert_eq!(suite::go(&mut database, &set, &Goal::Down(None)).await.unwrap().history, []);
}
