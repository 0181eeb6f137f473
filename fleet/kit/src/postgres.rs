//! PostgreSQL: connections lent one at a time, and figures of them.

use std::time::Duration;

use callsheet_databases::postgres_tls;
use deadpool_postgres::{Manager, ManagerConfig, Object, PoolConfig, PoolError, RecyclingMethod, Timeouts};
use serde_json::{Value, json};
use tokio_postgres::error::SqlState;

use crate::config::Secret;

/// Whoever finds every connection lent waits so long.
const WAIT_MOST: Duration = Duration::from_secs(5);
/// A fault that a service with a pool may declare ([`crate::Faults::declare`]).
pub const POOL_EXHAUSTED: &str = "pool-exhausted";
/// How often its switch is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// A server that does not answer is given up after so long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The server ends statements that take longer.
const STATEMENT_MOST: Duration = Duration::from_secs(20);

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
    pool: deadpool_postgres::Pool,
}

/// Checks the address without connecting. `name` is what the server's list of sessions shows.
fn settings(
    url: &Secret,
    name: &str,
) -> Result<(tokio_postgres::Config, callsheet_databases::postgres_tls::Tls), ConnectError> {
    let (mut config, tls) = postgres_tls::config(url.expose()).map_err(ConnectError::Address)?;
    config.application_name(name).connect_timeout(CONNECT_TIMEOUT).keepalives_idle(Duration::from_secs(30));
    config.tcp_user_timeout(Duration::from_secs(30));
    config.options(format!("-c statement_timeout={}", STATEMENT_MOST.as_millis()));
    Ok((config, tls))
}

/// One connection apart from any pool, for migrations: statements may take as long as they need.
pub async fn connect(url: &Secret, name: &str) -> Result<tokio_postgres::Client, ConnectError> {
    let (mut config, tls) = settings(url, name)?;
    config.options("-c statement_timeout=0");
    let (client, connection) = config.connect(tls).await.map_err(|error| ConnectError::Unreachable(words(&error)))?;
    // Its end, good or bad, is told to the client's next call.
    tokio::spawn(connection);
    Ok(client)
}

impl Pool {
    /// With at most `most` connections; none is opened yet.
    pub fn open(url: &Secret, name: &str, most: usize) -> Result<Pool, ConnectError> {
        let (config, tls) = settings(url, name)?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, tls, recycling);
        let timeouts =
            Timeouts { wait: Some(WAIT_MOST), create: Some(CONNECT_TIMEOUT), recycle: Some(CONNECT_TIMEOUT) };
        let pool = deadpool_postgres::Pool::builder(manager)
            .config(PoolConfig { max_size: most, timeouts, ..PoolConfig::default() })
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .build();
        Ok(Pool { pool: pool.map_err(|error| ConnectError::Address(error.to_string()))? })
    }

    /// Lends a connection; it comes back when dropped.
    pub async fn get(&self) -> Result<Object, ConnectError> {
        // Also before: who waits longer than they can is gone before anything is lent, and figures must not be of the time before.
        self.gauge();
        let lent = self.pool.get().await;
        self.gauge();
        lent.map_err(|error| match error {
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => ConnectError::Exhausted,
            PoolError::Backend(error) => ConnectError::Unreachable(words(&error)),
            other => ConnectError::Unreachable(other.to_string()),
        })
    }

    /// Holds every connection while the fault [`POOL_EXHAUSTED`] is switched on, as a leak of connections would. Runs as long as
    /// the process.
    pub async fn hold_while_told(&self, faults: &crate::Faults) {
        let mut held = Vec::new();
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            if !faults.names().contains(&POOL_EXHAUSTED) {
                held.clear();
            } else if held.len() < self.pool.status().max_size {
                // Waits its turn among the others, so it gets them all in the end.
                match self.pool.get().await {
                    Ok(connection) => held.push(connection),
                    Err(error) => tracing::debug!(%error, "a drill could not take a connection"),
                }
            }
        }
    }

    /// For health: how many connections there may be, are open, are in use, and how many callers wait.
    pub fn figures(&self) -> Value {
        let status = self.pool.status();
        json!({
            "most": status.max_size,
            "open": status.size,
            "in_use": status.size - status.available.min(status.size),
            "waiting": status.waiting,
        })
    }

    /// The same as gauges.
    fn gauge(&self) {
        let status = self.pool.status();
        metrics::gauge!("database_pool_connections_most").set(status.max_size as f64);
        metrics::gauge!("database_pool_connections_open").set(status.size as f64);
        let in_use = status.size - status.available.min(status.size);
        metrics::gauge!("database_pool_connections_in_use").set(in_use as f64);
        metrics::gauge!("database_pool_waiting").set(status.waiting as f64);
    }
}

/// Whether the server is gone or going, rather than refusing this statement.
pub fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        None => true,
        Some(code) => {
            code.code().starts_with("08")
                || [&SqlState::ADMIN_SHUTDOWN, &SqlState::CRASH_SHUTDOWN, &SqlState::CANNOT_CONNECT_NOW].contains(&code)
        }
    }
}

/// The server's own words, or the deepest cause; never the address.
pub fn words(error: &tokio_postgres::Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        return format!("{} ({})", refusal.message(), refusal.code().code());
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(below) = inner.source() {
        inner = below;
    }
    inner.to_string()
}
