//! SQLite.

use callsheet_databases::Address;
use callsheet_databases::migrate::{MigrateError, Schema, SchemaError};
use callsheet_migrations::Goal;

use crate::suite;

fn file() -> (tempfile::TempDir, Address) {
    let folder = tempfile::tempdir().unwrap();
    let address = Address::Sqlite(folder.path().join("a.db"));
    (folder, address)
}

#[tokio::test]
async fn what_every_engine_promises() {
    let (_one, address) = file();
    suite::up_and_down(&address).await;
    let (_two, address) = file();
    suite::drift_is_refused_and_can_be_accepted(&address).await;
    let (_three, address) = file();
    suite::a_failure_is_told_and_mended(&address, false).await;
    let (_four, address) = file();
    suite::two_at_once(&address).await;
    let (_five, address) = file();
    suite::another_tools_history_is_adopted(&address).await;
}

#[tokio::test]
async fn a_table_is_rebuilt_with_what_refers_to_it() {
    let (_folder, address) = file();
    let mut database = suite::connect(&address).await;
    let set = suite::set(
        &database,
        &[
            (
                "1",
                "create table a (id integer primary key, x text);\n\
                 create table b (a integer references a (id) on delete cascade);\n\
                 create trigger t after insert on b begin update a set x = 'seen'; update a set x = x || case when 1 then '!' end; end;\n\
                 insert into a values (1, ''); insert into b values (1);",
                "drop table b; drop table a;",
            ),
            (
                "2",
                "pragma foreign_keys = off;\nbegin;\ndrop trigger t;\ncreate table n (id integer primary key, x text not null);\ninsert into n select * from a;\n\
                 drop table a;\nalter table n rename to a;\ncommit;\npragma foreign_keys = on;\nvacuum;",
                "select 1;",
            ),
        ],
    );
    let outcome = suite::up(&mut database, &set).await.unwrap();
    assert_eq!(suite::revisions(&outcome.history), ["1", "2"]);
    assert_eq!(suite::value(&address, "select x from a; select count(*) from b").await, "seen!,1");
    // Foreign keys are on again: the row in `b` goes with the one in `a`.
    let down = suite::go(&mut database, &set, &Goal::Down(None)).await.unwrap();
    assert_eq!(down.history, []);
}

#[tokio::test]
async fn what_is_set_for_the_session_may_stand_anywhere() {
    let (_folder, address) = file();
    let mut database = suite::connect(&address).await;
    let up = "create table a (id integer primary key);\npragma foreign_keys = off;\ncreate table b (a integer references a (id));\n\
              pragma foreign_keys = on;\ninsert into a values (1);";
    let down = "pragma foreign_keys = off;\ndrop table b;\npragma foreign_keys = on;\ndrop table a;";
    let set = suite::set(&database, &[("1", up, down)]);
    let outcome = suite::up(&mut database, &set).await.unwrap();
    assert_eq!(suite::revisions(&outcome.history), ["1"]);
    assert_eq!(suite::value(&address, "select count(*) from a").await, "1");
    let back = suite::go(&mut database, &set, &Goal::Down(None)).await.unwrap();
    assert_eq!(back.history, []);
}

#[tokio::test]
async fn rows_that_refer_to_nothing_are_not_left_behind() {
    let (_folder, address) = file();
    let mut database = suite::connect(&address).await;
    let first = "create table a (id integer primary key);\ncreate table b (a integer references a (id));\ninsert into a values (1), (2);\n\
                 insert into b values (1), (2);\npragma foreign_keys = off;\ncreate table n (id integer primary key);\n\
                 insert into n select * from a;\ndrop table a;\nalter table n rename to a;\npragma foreign_keys = on;";
    let loses = "pragma foreign_keys = off;\ncreate table n (id integer primary key);\ninsert into n select * from a where id = 1;\n\
                 drop table a;\nalter table n rename to a;\npragma foreign_keys = on;";
    let set = suite::set(&database, &[("1", first, "select 1;"), ("2", loses, "select 1;")]);
    let refused = suite::up(&mut database, &set).await.unwrap_err().to_string();
    assert!(refused.contains("1 row of `b` would refer to rows of `a` that are not there"), "{refused}");
    assert_eq!(suite::value(&address, "select count(*) from a; select count(*) from b").await, "2,2");
    assert_eq!(suite::revisions(&database.history().await.unwrap()), ["1"]);
    // What dangled before is not this migration's fault.
    let harmless = "pragma foreign_keys = off;\ninsert into b values (9);";
    rusqlite::Connection::open(file_of(&address)).unwrap().execute_batch(harmless).unwrap();
    let keeps = loses.replace(" where id = 1", "");
    let set = suite::set(&database, &[("1", first, "select 1;"), ("2", &keeps, "select 1;")]);
    assert_eq!(suite::revisions(&suite::up(&mut database, &set).await.unwrap().history), ["1", "2"]);
}

fn file_of(address: &Address) -> &std::path::Path {
    match address {
        Address::Sqlite(path) => path,
        Address::Postgres(_) | Address::Mysql(_) => unreachable!("it is a file's"),
    }
}

#[test]
fn a_way_down_that_was_chosen_for_another_schema_is_not_gone() {
    let (folder, address) = file();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let up = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let set = Schema::read(address.clone(), folder.path()).unwrap().set;
        runtime.block_on(async {
            let mut database = suite::connect(&address).await;
            suite::up(&mut database, &set).await.unwrap();
            database.close().await;
        });
    };
    write("1_a.up.sql", "create table a (id integer);");
    write("1_a.down.sql", "drop table a;");
    up();
    let mut chosen = Schema::read(address.clone(), folder.path()).unwrap();
    write("2_b.up.sql", "create table b (id integer);");
    write("2_b.down.sql", "drop table b;");
    up();
    let refused = chosen.go_down(None, "somebody").unwrap_err();
    assert!(matches!(refused, SchemaError::Database(MigrateError::Changed)), "{refused}");
    let mut anew = Schema::read(address, folder.path()).unwrap();
    assert_eq!(anew.history.len(), 2, "nothing was undone");
    anew.go_down(None, "somebody").unwrap();
    assert!(anew.history.is_empty());
}
