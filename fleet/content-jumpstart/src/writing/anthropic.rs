//! A provider that speaks Anthropic's Messages API. What is overloaded, slow or broken for the moment is asked again, later
//! each time and never at the same beat as others; what is refused is told at once.

use std::time::Duration;

use fleet_kit::config::Secret;
use rand::Rng;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use super::{Draft, Limiter, Order, Provider, ProviderError, Writing, prompt};

/// How it is asked.
pub struct Settings {
    /// `ANTHROPIC_BASE_URL`, without a slash at the end.
    pub base_url: String,
    /// `ANTHROPIC_API_KEY`.
    pub key: Secret,
    /// `ANTHROPIC_MODEL`.
    pub model: String,
    /// `ANTHROPIC_TIMEOUT_SECONDS`, for each attempt.
    pub timeout: Duration,
    /// How often it is asked for one post.
    pub attempts_most: u32,
}

/// Asks over HTTP.
pub struct Anthropic {
    settings: Settings,
    client: Client,
    limiter: std::sync::Arc<Limiter>,
}

/// Tokens of an answer.
const ANSWER_MOST: u32 = 1024;
const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_MOST: Duration = Duration::from_secs(20);
/// An answer larger than this is no post.
const BODY_MOST: usize = 1 << 20;

/// What one attempt came to.
enum Attempt {
    Written(Draft),
    /// Asking again will not help.
    Final(ProviderError),
    /// It may work later; not before the pause, if it named one.
    Again {
        why: String,
        pause: Option<Duration>,
    },
}

impl Anthropic {
    /// An error is a TLS configuration that cannot be built.
    pub fn new(settings: Settings, limiter: std::sync::Arc<Limiter>) -> Result<Anthropic, reqwest::Error> {
        let client = Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Anthropic { settings, client, limiter })
    }

    async fn attempt(&self, order: &Order) -> Attempt {
        // Marked for the provider's cache: the first post of a run pays for it, the others read it.
        let shared = json!({"type": "text", "text": prompt::shared(order), "cache_control": {"type": "ephemeral"}});
        let body = json!({
            "model": self.settings.model,
            "max_tokens": ANSWER_MOST,
            "system": [shared],
            "messages": [{"role": "user", "content": prompt::own(order)}],
        });
        let mut request = self
            .client
            .post(format!("{}/v1/messages", self.settings.base_url))
            .header("x-api-key", self.settings.key.expose())
            .header("anthropic-version", "2023-06-01")
            .header("anthropic-beta", "prompt-caching-2024-07-31");
        if let Some(ids) = fleet_kit::request::current() {
            request = request.header("x-request-id", ids.request).header("x-correlation-id", ids.correlation);
        }
        match request.json(&body).send().await {
            Ok(response) => read(response).await,
            Err(error) => Attempt::Again { why: words(&error), pause: None },
        }
    }

    async fn ask(&self, order: &Order) -> Result<Draft, ProviderError> {
        let mut pause = PAUSE_FIRST;
        let mut last = String::new();
        for number in 1..=self.settings.attempts_most {
            let place = self.limiter.enter(prompt::estimate(order, ANSWER_MOST)).await?;
            let began = std::time::Instant::now();
            let attempt = self.attempt(order).await;
            drop(place);
            metrics::histogram!("provider_request_duration_seconds").record(began.elapsed().as_secs_f64());
            let (outcome, asked_pause) = match attempt {
                Attempt::Written(draft) => {
                    metrics::counter!("provider_requests_total", "outcome" => "written").increment(1);
                    return Ok(draft);
                }
                Attempt::Final(error) => {
                    metrics::counter!("provider_requests_total", "outcome" => "refused").increment(1);
                    return Err(error);
                }
                Attempt::Again { why, pause } => (why, pause),
            };
            metrics::counter!("provider_requests_total", "outcome" => "failed").increment(1);
            tracing::warn!(attempt = number, why = outcome, post = order.number, "the provider did not write");
            last = outcome;
            if number < self.settings.attempts_most {
                let jitter = rand::rng().random_range(0.5..1.0);
                tokio::time::sleep(asked_pause.unwrap_or(pause.mul_f64(jitter)).min(PAUSE_MOST)).await;
                pause = (pause * 2).min(PAUSE_MOST);
            }
        }
        Err(ProviderError::Unavailable { attempts: self.settings.attempts_most, last })
    }
}

impl Provider for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn write<'a>(&'a self, order: &'a Order) -> Writing<'a> {
        Box::pin(self.ask(order))
    }
}

async fn read(mut response: Response) -> Attempt {
    let status = response.status();
    let pause = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= BODY_MOST => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Attempt::Final(ProviderError::Empty),
            Ok(None) => break,
            Err(error) => return Attempt::Again { why: words(&error), pause: None },
        }
    }
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let said = answer["error"]["message"].as_str().unwrap_or("no words");
    let said: String = said.chars().filter(|c| !c.is_control()).take(160).collect();
    match status {
        StatusCode::OK => written(&answer),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Attempt::Final(ProviderError::Key(status.as_u16())),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Attempt::Again { why: format!("HTTP {status}: {said}"), pause: pause.map(Duration::from_secs) }
        }
        // 529 is Anthropic's word for overloaded.
        status if status.is_server_error() => Attempt::Again { why: format!("HTTP {status}: {said}"), pause: None },
        status => Attempt::Final(ProviderError::Refused { status: status.as_u16(), words: said }),
    }
}

fn written(answer: &Value) -> Attempt {
    let parts = answer["content"].as_array().into_iter().flatten();
    let text: Vec<&str> =
        parts.filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str()).collect();
    let text = text.join("\n").trim().to_owned();
    if text.is_empty() {
        return Attempt::Again { why: ProviderError::Empty.to_string(), pause: None };
    }
    let count = |name: &str| answer["usage"][name].as_i64().unwrap_or(0);
    let tokens = count("input_tokens")
        + count("output_tokens")
        + count("cache_creation_input_tokens")
        + count("cache_read_input_tokens");
    Attempt::Written(Draft { text, tokens })
}

/// What failed, without the address, which may hold a key.
fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(below) = inner.source() {
        inner = below;
    }
    inner.to_string()
}
