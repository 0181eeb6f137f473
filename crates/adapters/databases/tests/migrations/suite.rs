//! What holds of every engine.

use std::time::Duration;

use callsheet_databases::migrate::{Database, MigrateError, Options, Outcome};
use callsheet_databases::{Address, Query, run};
use callsheet_migrations::{Applied, File, Goal, Revision, Set, State};

pub fn options() -> Options {
    Options { patience: Duration::from_secs(20), out_of_order: false, settle: None, by: "test o'user".to_owned() }
}

pub async fn connect(address: &Address) -> Database {
    Database::connect(address, true).await.unwrap()
}

/// Pairs of files: revision, up, down.
pub fn set(database: &Database, files: &[(&str, &str, &str)]) -> Set {
    let file = |revision: &str, way: &str, text: &str| File {
        path: format!("m/{revision}_x.{way}.sql"),
        text: text.to_owned(),
    };
    let files = files.iter().flat_map(|(revision, up, down)| [file(revision, "up", up), file(revision, "down", down)]);
    let set = Set::read(files.collect(), database.engine());
    assert!(set.findings.is_empty(), "{:?}", set.findings);
    set
}

pub async fn go(database: &mut Database, set: &Set, goal: &Goal) -> Result<Outcome, MigrateError> {
    database.migrate(set, goal, &options(), &mut |_| {}).await
}

pub async fn up(database: &mut Database, set: &Set) -> Result<Outcome, MigrateError> {
    go(database, set, &Goal::Up(None)).await
}

pub fn revisions(history: &[Applied]) -> Vec<&str> {
    history.iter().map(|applied| applied.revision.as_str()).collect()
}

pub async fn value(address: &Address, sql: &str) -> String {
    let query = Query { sql: sql.to_owned(), write: true, timeout: Duration::from_secs(10), max_rows: 100 };
    let results = run(address, &query).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    let rows = results.sets.into_iter().flat_map(|set| set.rows);
    rows.map(|row| row.into_iter().map(|value| value.unwrap_or_default()).collect::<Vec<_>>().join("|"))
        .collect::<Vec<_>>()
        .join(",")
}

const FILES: [(&str, &str, &str); 3] = [
    ("0001", "CREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);", "DROP TABLE a;"),
    ("0002", "CREATE TABLE b (t VARCHAR(40)); INSERT INTO b VALUES ('it''s; ä\\n')", "DROP TABLE b;"),
    ("0003", "-- nothing yet\n", "-- nothing\n;"),
];

pub async fn up_and_down(address: &Address) {
    let mut database = connect(address).await;
    let all = set(&database, &FILES);
    assert_eq!(database.history().await.unwrap(), []);
    let first = go(&mut database, &all, &Goal::Up(Revision::parse("1"))).await.unwrap();
    assert_eq!((first.steps.len(), revisions(&first.history)), (1, vec!["0001"]));
    let rest = up(&mut database, &all).await.unwrap();
    assert_eq!(revisions(&rest.history), ["0001", "0002", "0003"]);
    let row = &rest.history[1];
    assert_eq!((row.name.as_str(), row.by.as_str(), &row.state), ("x", "test o'user", &State::Applied));
    assert_eq!(row.undo.as_deref(), Some("DROP TABLE b;"));
    assert_eq!(up(&mut database, &all).await.unwrap().steps, []);
    assert_eq!(value(address, "SELECT count(*) FROM a").await, "1");

    let back = go(&mut database, &all, &Goal::back(2, &rest.history).unwrap()).await.unwrap();
    assert_eq!(revisions(&back.history), ["0001"]);
    // A version that has only the first file meets the newer schema, lives with it, and can go back by what is stored.
    up(&mut database, &all).await.unwrap();
    let older = set(&database, &FILES[..1]);
    let met = up(&mut database, &older).await.unwrap();
    assert_eq!((met.steps.len(), met.notes[0].rule), (0, "newer-schema"));
    let back = go(&mut database, &older, &Goal::Down(Revision::parse("0002"))).await.unwrap();
    assert_eq!(revisions(&back.history), ["0001", "0002"]);
    let back = go(&mut database, &older, &Goal::Down(None)).await.unwrap();
    assert_eq!((back.steps.len(), back.history.len()), (2, 0));
    database.close().await;
}

pub async fn drift_is_refused_and_can_be_accepted(address: &Address) {
    let mut database = connect(address).await;
    let before = set(&database, &FILES[..1]);
    up(&mut database, &before).await.unwrap();
    let after = set(&database, &[("0001", "CREATE TABLE a (id BIGINT);", "DROP TABLE a;"), FILES[1]]);
    let refused = up(&mut database, &after).await.unwrap_err();
    assert!(matches!(&refused, MigrateError::NotDecided(found) if found[0].rule == "changed-file"), "{refused:?}");
    let accepted = [Revision::parse("0001").unwrap()];
    let history = database.baseline(&after, &accepted, &options(), &mut |_| {}).await.unwrap();
    assert_eq!(history[0].state, State::Applied);
    assert_eq!(revisions(&up(&mut database, &after).await.unwrap().history), ["0001", "0002"]);
}

/// `half`: what a failure leaves behind on this engine.
pub async fn a_failure_is_told_and_mended(address: &Address, half: bool) {
    let mut database = connect(address).await;
    let wrong =
        set(&database, &[("0001", "CREATE TABLE a (id INTEGER);\n\nINSERT INTO nowhere VALUES (1);", "DROP TABLE a;")]);
    let failed = up(&mut database, &wrong).await.unwrap_err();
    let MigrateError::Statement { file, line, cause, done, of, .. } = &failed else { panic!("{failed:?}") };
    assert_eq!((file.as_str(), *line, *done, *of), ("m/0001_x.up.sql", 3, usize::from(half), 2));
    assert!(cause.contains("nowhere"), "{cause}");
    let history = database.history().await.unwrap();
    assert_eq!(history.len(), usize::from(half), "{history:?}");
    assert!(history.iter().all(|applied| matches!(&applied.state, State::Half(half) if half.done == 1 && !half.begun)));
    let mended =
        set(&database, &[("0001", "CREATE TABLE a (id INTEGER);\n\nINSERT INTO a VALUES (1);", "DROP TABLE a;")]);
    up(&mut database, &mended).await.unwrap();
    assert_eq!(value(address, "SELECT count(*) FROM a").await, "1");
    let gone = go(&mut database, &mended, &Goal::Down(None)).await.unwrap();
    assert_eq!(gone.history, []);
}

/// Two at once: each revision is applied once, and the lock is free afterwards.
pub async fn two_at_once(address: &Address) {
    let (mut one, mut other) = (connect(address).await, connect(address).await);
    let files: Vec<(String, String, String)> = (1..=8)
        .map(|at| {
            (
                format!("{at:04}"),
                format!("CREATE TABLE t{at} (id INTEGER); INSERT INTO t{at} VALUES (1);"),
                format!("DROP TABLE t{at};"),
            )
        })
        .collect();
    let files: Vec<(&str, &str, &str)> = files.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    let all = set(&one, &files);
    let (first, second) = tokio::join!(up(&mut one, &all), up(&mut other, &all));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.steps.len() + second.steps.len(), 8);
    assert_eq!(revisions(&second.history).len(), 8);
    for at in 1..=8 {
        assert_eq!(value(address, &format!("SELECT count(*) FROM t{at}")).await, "1");
    }
    let down = Goal::Down(None);
    let (first, second) = tokio::join!(go(&mut one, &all, &down), go(&mut other, &all, &down));
    assert_eq!(first.unwrap().steps.len() + second.unwrap().steps.len(), 8);
}

pub async fn another_tools_history_is_adopted(address: &Address) {
    let mut database = connect(address).await;
    let all = set(&database, &FILES);
    value(address, "CREATE TABLE schema_migrations (version VARCHAR(128) PRIMARY KEY)").await;
    value(address, "INSERT INTO schema_migrations VALUES ('0001')").await;
    value(address, "CREATE TABLE a (id INTEGER)").await;
    let refused = up(&mut database, &all).await.unwrap_err();
    assert!(matches!(refused, MigrateError::Foreign(_)), "{refused:?}");
    let foreign = database.foreign().await.unwrap().unwrap();
    assert!(foreign.tool.starts_with("dbmate") && !foreign.up_to);
    let history = database.baseline(&all, &foreign.revisions, &options(), &mut |_| {}).await.unwrap();
    assert_eq!((revisions(&history), &history[0].state), (vec!["0001"], &State::Baseline));
    assert_eq!(revisions(&up(&mut database, &all).await.unwrap().history), ["0001", "0002", "0003"]);
}
