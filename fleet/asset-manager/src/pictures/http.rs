//! A provider over HTTP: POST with the prompt and the size, answered with the picture itself or with JSON that holds it in base64
//! (`{"data": [{"b64_json": "…"}]}`, as hosted models answer).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fleet_kit::config::Secret;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Making, PictureError, Provider, Wish};

/// Attempts in all; the pause before each next one doubles.
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const ANSWER_BYTES_MOST: usize = 32 << 20;

/// The provider that `IMAGE_PROVIDER_URL` names.
pub struct Http {
    client: reqwest::Client,
    url: String,
    key: Option<Secret>,
}

impl Http {
    /// Each attempt may take `timeout`.
    pub fn new(url: String, key: Option<Secret>, timeout: Duration) -> Result<Http, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(timeout).connect_timeout(timeout.min(Duration::from_secs(5)));
        Ok(Http { client: client.redirect(reqwest::redirect::Policy::none()).build()?, url, key })
    }

    async fn ask(&self, wish: &Wish) -> Result<Vec<u8>, Failure> {
        let size = format!("{}x{}", wish.width, wish.height);
        let body = json!({"prompt": wish.prompt, "width": wish.width, "height": wish.height, "size": size, "n": 1});
        let mut request = self.client.post(&self.url).json(&body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose());
        }
        if let Some(ids) = fleet_kit::request::current() {
            request = request.header("x-request-id", ids.request).header("x-correlation-id", ids.correlation);
        }
        // Errors may hold the address, and with it a key: it is taken out.
        let mut answer = request.send().await.map_err(|error| Failure::again(error.without_url()))?;
        let status = answer.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Failure::again(format!("it answers {status}")));
        }
        if !status.is_success() {
            return Err(Failure::Final(PictureError::Refused(format!("it answers {status}"))));
        }
        let is_json =
            answer.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| Failure::again(error.without_url()))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES_MOST {
                return Err(unusable("its answer is larger than 32 MiB"));
            }
        }
        if is_json { from_json(&bytes) } else { Ok(bytes) }
    }
}

enum Failure {
    /// May pass if asked again.
    Again(PictureError),
    /// Will not.
    Final(PictureError),
}

impl Failure {
    fn again(cause: impl std::fmt::Display) -> Failure {
        Failure::Again(PictureError::Unavailable(cause.to_string()))
    }
}

fn unusable(what: &str) -> Failure {
    Failure::Final(PictureError::Unavailable(what.to_owned()))
}

fn from_json(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let body: Value = serde_json::from_slice(bytes).map_err(|_| unusable("its answer is no JSON"))?;
    let text = body["data"][0]["b64_json"].as_str().ok_or_else(|| unusable("its answer holds no picture"))?;
    STANDARD.decode(text).map_err(|_| unusable("its answer's picture is no base64"))
}

impl Provider for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn make(&self, wish: Wish) -> Making<'_> {
        Box::pin(async move {
            let mut pause = FIRST_PAUSE;
            for attempt in 1.. {
                match self.ask(&wish).await {
                    Ok(bytes) => return Ok(bytes),
                    Err(Failure::Again(error)) if attempt < ATTEMPTS => {
                        tracing::warn!(attempt, %error, "the picture provider is asked again");
                        tokio::time::sleep(pause).await;
                        pause *= 2;
                    }
                    Err(Failure::Again(error) | Failure::Final(error)) => return Err(error),
                }
            }
            Err(PictureError::Unavailable("it was not asked".to_owned()))
        })
    }
}
