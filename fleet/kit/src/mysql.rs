//! MySQL and MariaDB: connections lent one at a time, and figures of them.
//!
//! A connection goes back to the pool only when its borrower says so ([`Lent::give_back`]): one whose request was cut off
//! in the middle of an answer is closed, because nobody knows what it would say next.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use callsheet_databases::mysql_tls::{self, Options};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Secret;
use crate::faults::Faults;

pub use callsheet_databases::mysql_cause as words;

/// A server that does not answer is given up after so long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The server ends statements that take longer.
const STATEMENT_MOST: Duration = Duration::from_secs(20);
/// A connection that lay idle for longer is asked whether it still lives.
const TRUSTED_FOR: Duration = Duration::from_secs(15);
/// The fault under which the pool keeps every connection from its callers; a service with such a pool declares it.
pub const EXHAUSTED_POOL: &str = "exhausted-pool";
const PREPARED_STATEMENTS: usize = 64;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address or its TLS settings cannot be used.
    #[error("the database's address cannot be used: {0}")]
    Address(String),
    /// All connections are lent and nobody gave one back in time.
    #[error("every connection to the database is in use")]
    Exhausted,
    /// The server does not answer or refuses.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
}

/// At most so many connections to one database, opened when first needed and again when lost.
pub struct Pool {
    options: Options,
    shared: Arc<Shared>,
    most: usize,
    /// Whoever finds every connection lent waits so long.
    wait: Duration,
    waiting: AtomicUsize,
    faults: Faults,
    /// Connections that the fault `exhausted-pool` keeps from everybody.
    withheld: tokio::sync::Mutex<Vec<Lent>>,
}

struct Shared {
    places: Arc<Semaphore>,
    idle: Mutex<Vec<(Conn, Instant)>>,
}

/// A borrowed connection.
pub struct Lent {
    conn: Conn,
    shared: Arc<Shared>,
    _place: OwnedSemaphorePermit,
}

fn settings(url: &Secret) -> Result<Options, ConnectError> {
    let options = mysql_tls::options(url.expose()).map_err(ConnectError::Address)?;
    // MariaDB counts in seconds; MySQL knows no such variable, so a comment that only MariaDB reads.
    let limit = format!("/*M! SET SESSION max_statement_time = {} */", STATEMENT_MOST.as_secs());
    let strict = "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5, \
                  sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'";
    let isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
    Ok(options.with_setup(&[strict.to_owned(), isolation.to_owned(), limit], PREPARED_STATEMENTS))
}

impl Pool {
    /// With at most `most` connections; none is opened yet.
    pub fn open(url: &Secret, most: usize, wait: Duration, faults: Faults) -> Result<Pool, ConnectError> {
        let places = Arc::new(Semaphore::new(most));
        let shared = Arc::new(Shared { places, idle: Mutex::new(Vec::new()) });
        let withheld = tokio::sync::Mutex::new(Vec::new());
        Ok(Pool { options: settings(url)?, shared, most, wait, waiting: AtomicUsize::new(0), faults, withheld })
    }

    /// Lends a connection.
    pub async fn get(&self) -> Result<Lent, ConnectError> {
        self.withhold().await;
        let place = match self.shared.places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.wait_for_place().await?,
        };
        let lent = self.connected(place).await;
        self.gauge();
        lent
    }

    async fn wait_for_place(&self) -> Result<OwnedSemaphorePermit, ConnectError> {
        let _counted = Counted::one_more(&self.waiting);
        self.gauge();
        let place = tokio::time::timeout(self.wait, self.shared.places.clone().acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or(ConnectError::Exhausted)
    }

    async fn connected(&self, place: OwnedSemaphorePermit) -> Result<Lent, ConnectError> {
        let lent = |conn| Lent { conn, shared: self.shared.clone(), _place: place };
        while let Some((mut conn, since)) = self.shared.take() {
            let lives = since.elapsed() < TRUSTED_FOR
                || tokio::time::timeout(CONNECT_TIMEOUT, conn.ping()).await.is_ok_and(|answer| answer.is_ok());
            if lives {
                return Ok(lent(conn));
            }
        }
        match tokio::time::timeout(CONNECT_TIMEOUT, mysql_tls::connect(self.options.clone())).await {
            Ok(Ok(conn)) => Ok(lent(conn)),
            Ok(Err(error)) => Err(ConnectError::Unreachable(words(&error))),
            Err(_) => Err(ConnectError::Unreachable(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    /// Under the fault `exhausted-pool` takes every connection that nobody has; else gives back what was taken.
    async fn withhold(&self) {
        if !self.faults.is_on(EXHAUSTED_POOL) {
            if let Ok(mut withheld) = self.withheld.try_lock() {
                withheld.drain(..).for_each(Lent::give_back);
            }
            return;
        }
        let mut withheld = self.withheld.lock().await;
        while let Ok(place) = self.shared.places.clone().try_acquire_owned() {
            match self.connected(place).await {
                Ok(lent) => withheld.push(lent),
                Err(_) => return,
            }
        }
    }

    /// For health: how many connections there may be, are open, are in use, and how many callers wait.
    pub fn figures(&self) -> Value {
        let (idle, in_use) = self.counts();
        json!({
            "most": self.most,
            "open": idle + in_use,
            "in_use": in_use,
            "waiting": self.waiting.load(Ordering::Relaxed),
        })
    }

    fn counts(&self) -> (usize, usize) {
        (self.shared.lock().len(), self.most - self.shared.places.available_permits().min(self.most))
    }

    /// The same as gauges.
    fn gauge(&self) {
        let (idle, in_use) = self.counts();
        metrics::gauge!("database_pool_connections_most").set(self.most as f64);
        metrics::gauge!("database_pool_connections_open").set((idle + in_use) as f64);
        metrics::gauge!("database_pool_connections_in_use").set(in_use as f64);
        metrics::gauge!("database_pool_waiting").set(self.waiting.load(Ordering::Relaxed) as f64);
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Conn, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(Conn, Instant)> {
        self.lock().pop()
    }
}

/// One more in a count, until dropped: also when the caller goes away.
struct Counted<'a>(&'a AtomicUsize);

impl Counted<'_> {
    fn one_more(count: &AtomicUsize) -> Counted<'_> {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

// === impl Lent ===

impl Lent {
    /// The next may have it: every answer was read to its end and no transaction is open.
    pub fn give_back(self) {
        let Lent { conn, shared, _place } = self;
        shared.lock().push((conn, Instant::now()));
    }
}

impl Deref for Lent {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

/// Whether the server or the connection is gone, rather than the statement refused.
pub fn is_lost(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Driver(_) => true,
        // Shutting down, killed, too many connections, lost, gone away.
        Error::Server(refusal) => [1053, 1927, 1040, 2006, 2013, 1290, 1836].contains(&refusal.code),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(server: &callsheet_servers::Mariadb, most: usize, faults: Faults) -> Pool {
        Pool::open(&Secret::new(server.url()), most, Duration::from_millis(200), faults).unwrap()
    }

    #[tokio::test]
    async fn connections_are_lent_given_back_and_opened_again() {
        let server = callsheet_servers::Mariadb::start();
        let pool = pool(&server, 2, Faults::new(None, vec![]));
        let mut first = pool.get().await.unwrap();
        let id: Option<u64> = first.query_first("SELECT CONNECTION_ID()").await.unwrap();
        let second = pool.get().await.unwrap();
        assert!(matches!(pool.get().await, Err(ConnectError::Exhausted)));
        assert_eq!(pool.figures()["in_use"], 2);
        first.give_back();
        let mut again = pool.get().await.unwrap();
        assert_eq!(again.query_first::<u64, _>("SELECT CONNECTION_ID()").await.unwrap(), id, "the same is lent again");
        // Cut off in the middle: closed, and its place is free.
        drop(again);
        let mut fresh = pool.get().await.unwrap();
        assert_ne!(fresh.query_first::<u64, _>("SELECT CONNECTION_ID()").await.unwrap(), id);
        fresh.give_back();
        second.give_back();
        assert_eq!((pool.figures()["in_use"].as_u64(), pool.figures()["open"].as_u64()), (Some(0), Some(2)));
    }
}
