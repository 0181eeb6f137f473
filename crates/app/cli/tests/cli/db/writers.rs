//! Applications that write to whoever takes it, and remember what was acknowledged.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable as _;
use tokio::time::timeout;

/// So long a connection or a statement may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Applications at work until they are stopped.
pub struct Writers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    next: AtomicI64,
    acknowledged: Mutex<BTreeSet<i64>>,
}

enum Connection {
    Postgres(tokio_postgres::Client),
    Mariadb(mysql_async::Conn),
}

impl Connection {
    async fn open(url: &str) -> Option<Connection> {
        if url.starts_with("mysql") {
            return timeout(PATIENCE, mysql_async::Conn::from_url(url)).await.ok()?.ok().map(Connection::Mariadb);
        }
        let connected = timeout(PATIENCE, tokio_postgres::connect(url, tokio_postgres::NoTls)).await;
        let (client, connection) = connected.ok()?.ok()?;
        tokio::spawn(connection);
        Some(Connection::Postgres(client))
    }

    async fn query(&mut self, sql: &str) -> Option<Vec<i64>> {
        match self {
            Connection::Postgres(client) => {
                let rows = timeout(PATIENCE, client.query(sql, &[])).await.ok()?.ok()?;
                Some(rows.iter().map(|row| row.get(0)).collect())
            }
            Connection::Mariadb(connection) => timeout(PATIENCE, connection.query(sql)).await.ok()?.ok(),
        }
    }
}

impl Shared {
    async fn write(&self, urls: &[String]) {
        while !self.stop.load(Ordering::Relaxed) {
            for url in urls {
                let Some(mut connection) = Connection::open(url).await else { continue };
                while !self.stop.load(Ordering::Relaxed) {
                    let id = self.next.fetch_add(1, Ordering::Relaxed);
                    if connection.query(&format!("INSERT INTO writes VALUES ({id})")).await.is_none() {
                        break;
                    }
                    self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Writers {
    /// Makes the table where it can, and begins with three of them.
    pub fn start(urls: &[String]) -> Writers {
        let shared = Arc::new(Shared::default());
        let made = run(async {
            let mut connection = Connection::open(&urls[0]).await.expect("the first server answers");
            connection.query("CREATE TABLE writes (id BIGINT PRIMARY KEY)").await
        });
        assert!(made.is_some(), "no table was made");
        let spawn = |_| {
            let (shared, urls) = (shared.clone(), urls.to_vec());
            std::thread::spawn(move || run(shared.write(&urls)))
        };
        let threads = (0..3).map(spawn).collect();
        let writers = Writers { shared, threads };
        writers.some_more();
        writers
    }

    /// Waits until more writes were acknowledged.
    #[track_caller]
    pub fn some_more(&self) {
        let count = || self.shared.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).len();
        let (before, deadline) = (count(), Instant::now() + Duration::from_secs(60));
        while count() < before + 20 {
            assert!(Instant::now() < deadline, "nobody takes writes");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends them; gives what was acknowledged and is not at `url`.
    pub fn lost(self, url: &str) -> Vec<i64> {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().expect("a writer ends well"));
        let there = run(async {
            let mut connection = Connection::open(url).await.expect("it answers");
            connection.query("SELECT id FROM writes").await.expect("it has the table")
        });
        let there: BTreeSet<i64> = there.into_iter().collect();
        let acknowledged = self.shared.acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
        acknowledged.difference(&there).copied().collect()
    }
}

fn run<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts").block_on(task)
}
