//! `probe`: does the database answer, does Redis, with these very settings? Told apart from what a running service says of itself.

use std::process::ExitCode;
use std::time::Instant;

use fleet_kit::Faults;
use fleet_kit::config::Secret;
use fleet_kit::redis::Redis;

use super::{complain, configured, in_runtime, show};
use crate::generation::Generation;

/// One line for each: `database: answers (3.1 ms)`, or why it does not.
pub(super) fn probe(generation: Generation) -> ExitCode {
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let asked = in_runtime(async {
        let database = timed("database", ask_database(&config.database)).await;
        let redis = match &config.redis {
            Some(url) => timed("redis", ask_redis(url)).await,
            None => (true, "redis: none is configured; a stand-in within the process serves\n".to_owned()),
        };
        (database, redis)
    });
    let ((database, first), (redis, second)) = match asked {
        Ok(both) => both,
        Err(error) => return complain(&format!("error: cannot ask: {error}"), 1),
    };
    let shown = show(&(first + &second));
    if database && redis { shown } else { ExitCode::FAILURE }
}

async fn timed(name: &str, asking: impl Future<Output = Result<(), String>>) -> (bool, String) {
    let began = Instant::now();
    let outcome = asking.await;
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    match outcome {
        Ok(()) => (true, format!("{name}: answers ({ms:.1} ms)\n")),
        Err(why) => (false, format!("{name}: {why}\n")),
    }
}

async fn ask_database(url: &Secret) -> Result<(), String> {
    let client = fleet_kit::postgres::connect(url, "grants probe").await.map_err(|error| {
        let words = error.to_string();
        // 28P01 and 28000: the server answers, and does not let us in.
        match words.contains("(28") {
            true => format!("refuses our credentials: {words}"),
            false => format!("does not answer: {words}"),
        }
    })?;
    let asked = client.simple_query("SELECT revision FROM schema_revision").await;
    asked
        .map(drop)
        .map_err(|error| format!("answers, but not about our schema: {}", fleet_kit::postgres::words(&error)))
}

async fn ask_redis(url: &Secret) -> Result<(), String> {
    let redis = Redis::open(url, Faults::new(None, vec![])).map_err(|error| error.to_string())?;
    redis.ping().await.map_err(|error| {
        let words = error.to_string();
        match words.contains("WRONGPASS") || words.contains("NOAUTH") || words.contains("AuthenticationFailed") {
            true => format!("refuses our credentials: {words}"),
            false => format!("does not answer: {words}"),
        }
    })
}
