//! PostgreSQL.

use std::time::Duration;

use callsheet_databases::Address;
use callsheet_databases::migrate::{Database, Event, MigrateError, Options};
use callsheet_migrations::{Goal, State};
use callsheet_servers::Postgres;

use crate::suite;

fn fresh(server: &Postgres) -> Address {
    Address::parse(&server.fresh_database()).unwrap()
}

#[tokio::test]
async fn what_every_engine_promises() {
    let server = Postgres::shared();
    suite::up_and_down(&fresh(&server)).await;
    suite::drift_is_refused_and_can_be_accepted(&fresh(&server)).await;
    suite::a_failure_is_told_and_mended(&fresh(&server), false).await;
    suite::two_at_once(&fresh(&server)).await;
    suite::another_tools_history_is_adopted(&fresh(&server)).await;
}

#[tokio::test]
async fn a_concurrent_build_that_fails_leaves_nothing_behind() {
    let server = Postgres::shared();
    let address = fresh(&server);
    let mut database = suite::connect(&address).await;
    let build = "create table a (x int);\ninsert into a values (1), (1);\ncreate unique index concurrently i on a (x);\ncreate index concurrently j on a (x);\n";
    let set = suite::set(&database, &[("1", build, "drop table a;")]);
    let failed = suite::up(&mut database, &set).await.unwrap_err();
    assert!(matches!(failed, MigrateError::Statement { line: 3, done: 2, of: 4, .. }), "{failed:?}");
    assert_eq!(suite::value(&address, "select count(*) from pg_class where relname = 'i'").await, "0");
    let history = database.history().await.unwrap();
    assert!(matches!(&history[0].state, State::Half(half) if half.done == 2 && !half.begun), "{history:?}");
    suite::value(&address, "delete from a").await;
    let outcome = suite::up(&mut database, &set).await.unwrap();
    assert_eq!(outcome.history[0].state, State::Applied);
    assert_eq!(
        suite::value(&address, "select count(*) from pg_index where indrelid = 'a'::regclass and indisvalid").await,
        "2"
    );
}

#[tokio::test]
async fn a_lock_is_waited_for_in_short_turns() {
    let server = Postgres::shared();
    let address = fresh(&server);
    let mut database = suite::connect(&address).await;
    let files =
        [("1", "create table a (x int);", "drop table a;"), ("2", "alter table a add y int;", "alter table a drop y;")];
    let set = suite::set(&database, &files);
    suite::go(&mut database, &set, &Goal::Up(callsheet_migrations::Revision::parse("1"))).await.unwrap();
    // Somebody reads for six seconds; a query may take ten.
    let reader = {
        let address = address.clone();
        tokio::spawn(async move { suite::value(&address, "select count(*) from a; select pg_sleep(6)").await })
    };
    while suite::value(&address, "select count(*) from pg_stat_activity where query like '%pg_sleep(6)%' and pid <> pg_backend_pid() and wait_event = 'PgSleep'").await == "0" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let short = Options { patience: Duration::from_millis(100), ..suite::options() };
    let busy = database.migrate(&set, &Goal::Up(None), &short, &mut |_| {}).await.unwrap_err();
    assert!(matches!(busy, MigrateError::Busy { line: 1, .. }), "{busy:?}");
    let mut told = Vec::new();
    let mut watch = |event: Event| {
        if let Event::Waiting(what) = event {
            told.push(what.to_owned());
        }
    };
    let outcome = database.migrate(&set, &Goal::Up(None), &suite::options(), &mut watch).await.unwrap();
    assert_eq!((outcome.steps.len(), told.len()), (1, 1), "{told:?}");
    reader.await.unwrap();
}

#[tokio::test]
async fn the_migration_lock_names_its_holder_and_ends_with_its_connection() {
    let server = Postgres::shared();
    let address = fresh(&server);
    let (mut holder, mut other) = (suite::connect(&address).await, suite::connect(&address).await);
    let set = suite::set(&holder, &[("1", "select pg_sleep(60);", "select 1;")]);
    let sleeper = "from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    let meanwhile = async {
        while suite::value(&address, &format!("select count(*) {sleeper}")).await == "0" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let short = Options { patience: Duration::from_millis(100), ..suite::options() };
        let locked = other.migrate(&set, &Goal::Up(None), &short, &mut |_| {}).await.unwrap_err();
        assert!(locked.to_string().contains("`callsheet migrate`, server process "), "{locked}");
        suite::value(&address, &format!("select pg_terminate_backend(pid) {sleeper}")).await;
    };
    let (lost, ()) = tokio::join!(suite::up(&mut holder, &set), meanwhile);
    let lost = lost.unwrap_err();
    assert!(matches!(lost, MigrateError::Lost { .. }), "{lost:?}");
    let quick = suite::set(&other, &[("1", "select 1;", "select 1;")]);
    assert_eq!(suite::up(&mut other, &quick).await.unwrap().steps.len(), 1);
}

#[tokio::test]
async fn the_session_of_one_file_is_not_the_next_ones() {
    let server = Postgres::shared();
    let address = fresh(&server);
    let mut database: Database = suite::connect(&address).await;
    let files = [
        ("1", "create schema s; set search_path = s; create table inside (x int);", "drop schema s cascade;"),
        (
            "2",
            "create type kind as enum ('a'); alter type kind add value 'b'; create table outside (k kind default 'b');",
            "drop table outside; drop type kind;",
        ),
    ];
    let set = suite::set(&database, &files);
    suite::up(&mut database, &set).await.unwrap();
    let where_it_is = "select schemaname from pg_tables where tablename in ('inside', 'outside', 'callsheet_migrations') order by tablename";
    assert_eq!(suite::value(&address, where_it_is).await, "public,s,public");
}

#[tokio::test]
async fn each_schema_has_a_history_of_its_own() {
    let server = Postgres::shared();
    let address = fresh(&server);
    let set_of = |database: &Database| suite::set(database, &[("1", "create table a (x int);", "drop table a;")]);
    let mut database = suite::connect(&address).await;
    let set = set_of(&database);
    suite::up(&mut database, &set).await.unwrap();
    let tenant = "create schema tenant; do $$ begin execute format('alter database %I set search_path = tenant, public', current_database()); end $$";
    suite::value(&address, tenant).await;
    let mut database = suite::connect(&address).await;
    assert_eq!(database.history().await.unwrap(), []);
    let outcome = suite::up(&mut database, &set).await.unwrap();
    assert_eq!(suite::revisions(&outcome.history), ["1"]);
    let tables =
        "select string_agg(relnamespace::regnamespace::text, '+' order by 1) from pg_class where relname = 'a'";
    assert_eq!(suite::value(&address, tables).await, "public+tenant");
}
