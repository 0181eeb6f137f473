//! Warms named routes up: each is asked until it answers well and quickly, before users ask.

use std::time::Duration;

use reqwest::{Client, Url};
use serde::Serialize;
use tokio::time::Instant;

use crate::causes::innermost;

/// What is wanted of each route.
#[derive(Clone, Copy, Debug)]
pub struct Warmth {
    /// An answer must be this quick; `None`: any 2xx will do.
    pub under: Option<Duration>,
    /// A route is given up after this long.
    pub within: Duration,
    /// Between two tries of a route that did not answer well.
    pub pause: Duration,
    /// Routes asked at the same time, at least 1.
    pub at_once: usize,
}

/// What became of one route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warmed {
    /// Its address.
    pub url: String,
    /// Whether it is warm.
    pub warm: bool,
    /// Times it was asked.
    pub asked: u32,
    /// The last status, if it ever answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long the first answer took, ms, body included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_ms: Option<u64>,
    /// How long the last took, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ms: Option<u64>,
    /// Why the last try was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum WarmError {
    /// No client.
    #[error("cannot make an HTTP client: {0}")]
    Client(String),
}

/// Asks every route with GET; `ended` hears of each as it ends, in no order. The result is in the order of `urls`.
pub async fn warm(urls: &[Url], warmth: Warmth, ended: &mut dyn FnMut(&Warmed)) -> Result<Vec<Warmed>, WarmError> {
    let config = callsheet_tls::verifying_by_system().map_err(|error| WarmError::Client(innermost(&error)))?;
    let builder = Client::builder().tls_backend_preconfigured(config).timeout(warmth.within);
    let client = builder.build().map_err(|error| WarmError::Client(innermost(&error)))?;
    let mut done: Vec<Option<Warmed>> = vec![None; urls.len()];
    let mut waiting = urls.iter().cloned().enumerate();
    let mut running = tokio::task::JoinSet::new();
    loop {
        while running.len() < warmth.at_once.max(1) {
            let Some((at, url)) = waiting.next() else { break };
            let client = client.clone();
            running.spawn(async move { (at, one(&client, url, warmth).await) });
        }
        match running.join_next().await {
            None => return Ok(done.into_iter().flatten().collect()),
            Some(Ok((at, warmed))) => {
                ended(&warmed);
                done[at] = Some(warmed);
            }
            // A task of ours is never cancelled; if it panicked, so do we.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

async fn one(client: &Client, url: Url, warmth: Warmth) -> Warmed {
    let mut warmed = Warmed {
        url: url.to_string(),
        warm: false,
        asked: 0,
        status: None,
        first_ms: None,
        last_ms: None,
        trouble: None,
    };
    let end = Instant::now() + warmth.within;
    loop {
        let began = Instant::now();
        warmed.asked += 1;
        let answer = async {
            let response = client.get(url.clone()).send().await?;
            let status = response.status();
            // An answer counts when it is whole.
            response.bytes().await.map(|_| status)
        };
        match tokio::time::timeout_at(end, answer).await {
            Ok(Ok(status)) => {
                let took = began.elapsed();
                let ms = took.as_millis() as u64;
                warmed.status = Some(status.as_u16());
                warmed.first_ms.get_or_insert(ms);
                warmed.last_ms = Some(ms);
                warmed.trouble = None;
                if status.is_success() && warmth.under.is_none_or(|under| took <= under) {
                    warmed.warm = true;
                    return warmed;
                }
            }
            Ok(Err(error)) => warmed.trouble = Some(innermost(&error)),
            // The last try is cut short; why the one before failed tells more.
            Err(_) => drop(warmed.trouble.get_or_insert_with(|| "no answer in time".to_owned())),
        }
        if Instant::now() + warmth.pause >= end {
            return warmed;
        }
        tokio::time::sleep(warmth.pause).await;
    }
}
