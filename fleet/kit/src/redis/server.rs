//! A Redis server: one connection that all share and that is opened again when lost.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue};

use super::RedisError;
use crate::config::Secret;

/// A command that takes longer has failed.
const ANSWER_MOST: Duration = Duration::from_secs(2);

pub(super) struct Server {
    client: Client,
    connection: ConnectionManager,
}

pub(super) fn client(url: &Secret) -> Result<Client, RedisError> {
    // The crate's words are left out: they may repeat the address, which may hold a password.
    Client::open(url.expose())
        .map_err(|_| RedisError::Address("give `redis://user:password@host:port/database`".to_owned()))
}

impl Server {
    pub(super) fn open(url: &Secret) -> Result<Server, RedisError> {
        let client = client(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWER_MOST))
            .set_response_timeout(Some(ANSWER_MOST))
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(50))
            .set_max_delay(Duration::from_millis(500));
        let connection =
            ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(failed("connecting"))?;
        Ok(Server { client, connection })
    }

    pub(super) fn client(&self) -> Client {
        self.client.clone()
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, doing: &'static str, command: &mut Cmd) -> Result<T, RedisError> {
        command.query_async(&mut self.connection.clone()).await.map_err(failed(doing))
    }

    /// The expiry is set with the first count and in the same transaction: a count without an end would never begin anew.
    pub(super) async fn count(&self, key: &str, seconds: u64) -> Result<u64, RedisError> {
        let mut both = redis::pipe();
        both.atomic().cmd("INCR").arg(key).cmd("EXPIRE").arg(key).arg(seconds).arg("NX").ignore();
        let (count,): (u64,) = both.query_async(&mut self.connection.clone()).await.map_err(failed("counting"))?;
        Ok(count)
    }
}

fn failed(doing: &'static str) -> impl FnOnce(redis::RedisError) -> RedisError {
    move |error| RedisError::Failed { doing, cause: error.to_string() }
}
