//! One suite of queries for every engine, on real servers.

use std::time::{Duration, Instant};

use callsheet_databases::{Address, Query, QueryError, Results, run};
use callsheet_servers::{Mariadb, Postgres};

fn query(sql: &str) -> Query {
    Query { sql: sql.to_owned(), write: false, timeout: Duration::from_secs(10), max_rows: 100 }
}

async fn read(address: &Address, sql: &str) -> Result<Results, QueryError> {
    run(address, &query(sql)).await
}

async fn write(address: &Address, sql: &str) -> Results {
    let query = Query { write: true, ..query(sql) };
    run(address, &query).await.unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// What holds of every engine. `slow` is a statement that takes longer than anybody waits.
async fn suite(address: &Address, slow: &str) {
    write(address, "CREATE TABLE universe (id INTEGER PRIMARY KEY, name VARCHAR(40), score DECIMAL(6,2))").await;
    let changed = write(address, "INSERT INTO universe VALUES (1, 'ärger', 1.5), (2, NULL, 2.25), (3, 'c', 3)").await;
    assert_eq!(changed.sets[0].affected, 3);

    let results = read(address, "SELECT id, name FROM universe ORDER BY id; SELECT count(*) AS n FROM universe").await;
    let results = results.unwrap();
    assert_eq!(results.sets.len(), 2);
    assert_eq!(results.sets[0].value(0, "name"), Some("ärger"));
    assert_eq!(results.sets[0].value(1, "name"), None);
    assert_eq!(results.sets[1].value(0, "n"), Some("3"));
    assert!(results.text().starts_with("id | name\n---+------\n1  | ärger\n2  | NULL\n"), "{}", results.text());

    let cut = run(address, &Query { max_rows: 2, ..query("SELECT id FROM universe ORDER BY id") }).await.unwrap();
    assert_eq!((cut.sets[0].rows.len(), cut.sets[0].cut), (2, true));

    for change in ["DELETE FROM universe", "DROP TABLE universe", "INSERT INTO universe VALUES (9, 'x', 0)"] {
        let refused = read(address, change).await.unwrap_err();
        assert!(matches!(refused, QueryError::Refused { .. }), "{change}: {refused}");
    }
    let kept = read(address, "SELECT count(*) AS n FROM universe").await.unwrap();
    assert_eq!(kept.sets[0].value(0, "n"), Some("3"));

    let missing = read(address, "SELECT * FROM nowhere").await.unwrap_err();
    assert!(missing.to_string().contains("nowhere"), "{missing}");

    let begin = Instant::now();
    let late = run(address, &Query { timeout: Duration::from_millis(300), ..query(slow) }).await.unwrap_err();
    assert!(matches!(late, QueryError::Timeout { .. }), "{late}");
    assert!(begin.elapsed() < Duration::from_secs(25));
}

/// A failing statement takes those before it back; on engines where definitions are part of transactions.
async fn all_or_nothing(address: &Address) {
    let half = Query { write: true, ..query("INSERT INTO universe VALUES (7, 'half', 0); SELECT * FROM nowhere") };
    run(address, &half).await.unwrap_err();
    let kept = read(address, "SELECT count(*) AS n FROM universe WHERE id = 7").await.unwrap();
    assert_eq!(kept.sets[0].value(0, "n"), Some("0"));
}

#[tokio::test]
async fn postgres() {
    let server = Postgres::start(&[]);
    let address = Address::parse(&server.url()).unwrap();
    suite(&address, "SELECT pg_sleep(30)").await;
    all_or_nothing(&address).await;
    let sly = read(&address, "COMMIT; DELETE FROM universe").await.unwrap_err();
    assert!(sly.to_string().contains("read-only"), "{sly}");
}

#[tokio::test]
async fn mariadb() {
    let server = Mariadb::start();
    let address = Address::parse(&server.url()).unwrap();
    suite(&address, "SELECT SLEEP(30) FROM universe").await;
    all_or_nothing(&address).await;
}

#[tokio::test]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    std::fs::write(&file, b"").unwrap();
    let address = Address::parse(&format!("sqlite:{}", file.display())).unwrap();
    suite(&address, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n").await;
    all_or_nothing(&address).await;
    let missing = Address::parse("sqlite:/nowhere/at/all.db").unwrap();
    let error = read(&missing, "SELECT 1").await.unwrap_err();
    assert!(matches!(error, QueryError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_the_password() {
    for url in ["postgres://app:hunter2hunter2@127.0.0.1:1/x", "mysql://app:hunter2hunter2@127.0.0.1:1/x"] {
        let error = read(&Address::parse(url).unwrap(), "SELECT 1").await.unwrap_err();
        assert!(matches!(error, QueryError::Connect { .. }), "{error}");
        assert!(error.to_string().contains("127.0.0.1:1") && !error.to_string().contains("hunter2"), "{error}");
    }
}
