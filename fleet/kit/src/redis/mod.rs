//! Redis: texts that live for a while, counters, and messages to every instance. In the profile `dev` a stand-in within the
//! process serves, so that a newcomer needs no server; it forgets with the process and reaches no other instance.

mod here;
mod messages;
mod server;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::config::Secret;
use crate::faults::{Faults, Injected};
use crate::health::{Checking, Dependency};
use here::Here;
use server::Server;

pub use messages::{Listener, Message};

/// Why Redis did not do it.
#[derive(Debug, thiserror::Error)]
pub enum RedisError {
    /// The address cannot be used; the text never repeats it.
    #[error("the address of Redis cannot be used: {0}")]
    Address(String),
    /// It does not answer, refuses the credentials or the command.
    #[error("{doing}: {cause}")]
    Failed {
        /// A verb phrase ("reading a key").
        doing: &'static str,
        /// Its words, for the log.
        cause: String,
    },
    /// A drill holds it down.
    #[error(transparent)]
    Injected(#[from] Injected),
}

/// A Redis server, or the stand-in; clones share it.
#[derive(Clone)]
pub struct Redis {
    place: Arc<Place>,
    faults: Faults,
}

enum Place {
    Server(Server),
    Here(Here),
}

impl Redis {
    /// The server at `redis://user:password@host:port/database` (`rediss://` with TLS). Connects when first asked, and again
    /// when the connection is lost. Call within the runtime.
    pub fn open(url: &Secret, faults: Faults) -> Result<Redis, RedisError> {
        Ok(Redis { place: Arc::new(Place::Server(Server::open(url)?)), faults })
    }

    /// The stand-in.
    pub fn in_process(faults: Faults) -> Redis {
        Redis { place: Arc::new(Place::Here(Here::default())), faults }
    }

    /// Whether the address can be used, without connecting.
    pub fn check_address(url: &Secret) -> Result<(), RedisError> {
        server::client(url).map(drop)
    }

    /// The text at `key`; `None` if there is none or its time is over.
    pub async fn get(&self, key: &str) -> Result<Option<String>, RedisError> {
        self.faults.query("redis").await?;
        match &*self.place {
            Place::Server(server) => server.ask("reading a key", redis::cmd("GET").arg(key)).await,
            Place::Here(here) => Ok(here.get(key)),
        }
    }

    /// Puts `text` at `key` for `lifetime` (whole seconds, at least one).
    pub async fn set(&self, key: &str, text: &str, lifetime: Duration) -> Result<(), RedisError> {
        self.faults.query("redis").await?;
        match &*self.place {
            Place::Server(server) => {
                server.ask("writing a key", redis::cmd("SET").arg(key).arg(text).arg("EX").arg(seconds(lifetime))).await
            }
            Place::Here(here) => {
                here.set(key, text, lifetime);
                Ok(())
            }
        }
    }

    /// Lets `key` live for `lifetime` from now on; says whether it was there.
    pub async fn extend(&self, key: &str, lifetime: Duration) -> Result<bool, RedisError> {
        self.faults.query("redis").await?;
        match &*self.place {
            Place::Server(server) => {
                server.ask("extending a key", redis::cmd("EXPIRE").arg(key).arg(seconds(lifetime))).await
            }
            Place::Here(here) => Ok(here.extend(key, lifetime)),
        }
    }

    /// Removes `key`.
    pub async fn remove(&self, key: &str) -> Result<(), RedisError> {
        self.faults.query("redis").await?;
        match &*self.place {
            Place::Server(server) => server.ask("removing a key", redis::cmd("DEL").arg(key)).await,
            Place::Here(here) => {
                here.remove(key);
                Ok(())
            }
        }
    }

    /// Counts one more at `key` and gives the count. The first one sets for how long is counted.
    pub async fn count(&self, key: &str, window: Duration) -> Result<u64, RedisError> {
        self.faults.query("redis").await?;
        match &*self.place {
            Place::Server(server) => server.count(key, seconds(window)).await,
            Place::Here(here) => Ok(here.count(key, window)),
        }
    }

    /// Sends `text` to whoever listens to `channel`, in every instance. Who does not listen now never gets it.
    pub async fn publish(&self, channel: &str, text: &str) -> Result<(), RedisError> {
        self.faults.query("redis").await?;
        match &*self.place {
            Place::Server(server) => {
                server.ask("publishing a message", redis::cmd("PUBLISH").arg(channel).arg(text)).await
            }
            Place::Here(here) => {
                here.publish(channel, text);
                Ok(())
            }
        }
    }

    /// Listens to `channel` from now on: one connection for the process, however many listeners. Call within the runtime.
    pub fn listen(&self, channel: &'static str) -> Listener {
        match &*self.place {
            Place::Server(server) => messages::listen(server.client(), channel, self.faults.clone()),
            Place::Here(here) => here.listener(),
        }
    }

    /// Asks whether it answers and takes the credentials.
    pub async fn ping(&self) -> Result<(), RedisError> {
        self.faults.query("redis").await?;
        match &*self.place {
            Place::Server(server) => {
                server.ask::<String>("asking whether it answers", &mut redis::cmd("PING")).await.map(drop)
            }
            Place::Here(_) => Ok(()),
        }
    }
}

fn seconds(lifetime: Duration) -> u64 {
    lifetime.as_secs().max(1)
}

impl Dependency for Redis {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            self.ping().await.map_err(|error| {
                tracing::error!(%error, "the check of Redis failed");
                match error {
                    RedisError::Failed { cause, .. } if cause.contains("WRONGPASS") || cause.contains("NOAUTH") => {
                        "it refuses our credentials".to_owned()
                    }
                    _ => "it does not answer; the log says more".to_owned(),
                }
            })?;
            let kind = if matches!(*self.place, Place::Here(_)) { "in-process" } else { "server" };
            Ok(json!({"kind": kind}))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn story(redis: Redis) {
        assert_eq!(redis.get("a").await.unwrap(), None);
        redis.set("a", "żółć", Duration::from_secs(60)).await.unwrap();
        assert_eq!(redis.get("a").await.unwrap().as_deref(), Some("żółć"));
        assert!(redis.extend("a", Duration::from_secs(90)).await.unwrap());
        redis.remove("a").await.unwrap();
        assert!(!redis.extend("a", Duration::from_secs(90)).await.unwrap());
        redis.set("brief", "x", Duration::from_secs(1)).await.unwrap();
        assert_eq!(redis.count("n", Duration::from_secs(60)).await.unwrap(), 1);
        assert_eq!(redis.count("n", Duration::from_secs(60)).await.unwrap(), 2);
        let mut listener = redis.listen("news");
        // Nobody knows when the server has noted the listener: what is sent before is lost, so it is sent until it comes.
        let heard = loop {
            redis.publish("news", "one").await.unwrap();
            match tokio::time::timeout(Duration::from_millis(50), listener.next()).await {
                Ok(Message::Text(text)) => break text,
                Ok(Message::Gap) | Err(_) => {}
            }
        };
        assert_eq!(&*heard, "one");
        tokio::time::sleep(Duration::from_millis(1050)).await;
        assert_eq!(redis.get("brief").await.unwrap(), None, "its time is over");
        redis.ping().await.unwrap();
    }

    #[tokio::test]
    async fn the_stand_in_keeps_the_promises() {
        story(Redis::in_process(Faults::new(None, vec!["redis"]))).await;
    }

    #[tokio::test]
    async fn a_server_keeps_them_and_is_found_again_after_a_restart() {
        let mut server = callsheet_servers::Redis::start();
        let redis = Redis::open(&Secret::new(server.url()), Faults::new(None, vec!["redis"])).unwrap();
        story(redis.clone()).await;
        server.halt();
        let lost = redis.ping().await;
        assert!(matches!(lost, Err(RedisError::Failed { .. })), "{lost:?}");
        server.resume();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while let Err(error) = redis.ping().await {
            assert!(tokio::time::Instant::now() < deadline, "not found again: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[test]
    fn a_wrong_address_is_told_without_its_password() {
        let error = Redis::check_address(&Secret::new("redis://app:hidden-word@[::bad".to_owned())).unwrap_err();
        assert!(!error.to_string().contains("hidden-word"), "{error}");
    }
}
