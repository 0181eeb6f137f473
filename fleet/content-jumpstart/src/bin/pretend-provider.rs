//! A provider to rehearse with: speaks Anthropic's Messages API on loopback, and is slow, overloaded or broken as it is told.
//!
//!   pretend-provider [PORT_FILE]     listens on a free port of 127.0.0.1 and writes it into the file
//!
//! `PUT /mode` with `{"latency_ms": 2000, "status": 429, "share": 0.5, "retry_after": 1}` says how it behaves from here on: which
//! share of requests is answered with the status, and how late all of them are. `GET /mode` gives that back with what was
//! counted: requests, how many at once at most, how many carried the caching header, and the last request id.
#![allow(missing_docs, reason = "a binary: its reader has the code before them")]

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How it behaves.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Mode {
    latency_ms: u64,
    /// 200: writes.
    status: u16,
    /// Which share of requests gets the status.
    share: f64,
    /// Seconds, in the header of that name.
    retry_after: Option<u64>,
}

impl Default for Mode {
    fn default() -> Mode {
        Mode { latency_ms: 0, status: 200, share: 1.0, retry_after: None }
    }
}

/// What it saw.
#[derive(Clone, Debug, Default, Serialize)]
struct Counted {
    requests: u64,
    at_once: u64,
    at_once_most: u64,
    with_cache_header: u64,
    last_request_id: String,
}

#[derive(Default)]
struct Provider {
    mode: Mutex<Mode>,
    counted: Mutex<Counted>,
}

impl Provider {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count<T>(&self, change: impl FnOnce(&mut Counted) -> T) -> T {
        change(&mut self.counted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: the pretended provider cannot serve: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), std::io::Error> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    if let Some(file) = std::env::args().nth(1) {
        std::fs::write(format!("{file}.new"), format!("{port}\n"))?;
        std::fs::rename(format!("{file}.new"), file)?;
    }
    eprintln!("pretends to be a provider at http://127.0.0.1:{port}");
    let router = Router::new()
        .route("/v1/messages", post(messages))
        .route("/mode", get(show).put(set))
        .with_state(Arc::new(Provider::default()));
    axum::serve(listener, router).await
}

async fn show(State(provider): State<Arc<Provider>>) -> Json<Value> {
    Json(json!({"mode": provider.mode(), "counted": provider.count(|counted| counted.clone())}))
}

async fn set(State(provider): State<Arc<Provider>>, Json(mode): Json<Mode>) -> StatusCode {
    *provider.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    StatusCode::NO_CONTENT
}

async fn messages(State(provider): State<Arc<Provider>>, headers: HeaderMap, Json(request): Json<Value>) -> Response {
    let mode = provider.mode();
    let number = provider.count(|counted| {
        counted.requests += 1;
        counted.at_once += 1;
        counted.at_once_most = counted.at_once_most.max(counted.at_once);
        counted.with_cache_header += u64::from(headers.contains_key("anthropic-beta"));
        counted.last_request_id =
            headers.get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        counted.requests
    });
    let began = Instant::now();
    // Asked anew all the time: what waits can be let go.
    while began.elapsed() < Duration::from_millis(provider.mode().latency_ms) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    provider.count(|counted| counted.at_once -= 1);
    let wanted = request["messages"][0]["content"].as_str().unwrap_or_default();
    let system = request["system"][0]["text"].as_str().unwrap_or_default();
    let fails = ((number as f64) * mode.share).floor() > ((number as f64 - 1.0) * mode.share).floor();
    if !headers.contains_key("x-api-key") || wanted.is_empty() || system.is_empty() {
        return failure(StatusCode::BAD_REQUEST, "invalid_request_error", None);
    }
    if mode.status != 200 && fails {
        let status = StatusCode::from_u16(mode.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return failure(status, "overloaded_error", mode.retry_after);
    }
    let text = write(number, wanted, system);
    let usage = json!({"input_tokens": (system.len() + wanted.len()) / 4, "output_tokens": text.len() / 4});
    Json(json!({"type": "message", "role": "assistant", "content": [{"type": "text", "text": text}], "usage": usage}))
        .into_response()
}

fn failure(status: StatusCode, kind: &str, retry_after: Option<u64>) -> Response {
    let body = Json(json!({"type": "error", "error": {"type": kind, "message": "told to fail"}}));
    let mut response = (status, body).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

/// A text that differs from every other one and fits the platform it is asked for.
fn write(number: u64, wanted: &str, system: &str) -> String {
    const SUBJECTS: [&str; 10] =
        ["paper", "coffee", "letters", "numbers", "keys", "windows", "ladders", "lamps", "tables", "stairs"];
    const ACTS: [&str; 7] =
        ["waits on", "hides behind", "falls off", "leans against", "grows over", "rests under", "slips past"];
    const PLACES: [&str; 11] = [
        "the bench",
        "the yard",
        "a quiet desk",
        "the gate",
        "our counter",
        "the shelf",
        "that wall",
        "a stage",
        "the roof",
        "his van",
        "her list",
    ];
    let pick = |list: &[&'static str], step: u64| list[((number * 7 + step * 13) as usize) % list.len()];
    let call = system.lines().find_map(|line| line.strip_prefix("Call to action: ")).unwrap_or("Write to us");
    let keyword = system
        .lines()
        .skip_while(|line| !line.starts_with("Words readers look for"))
        .nth(1)
        .unwrap_or("")
        .trim_start_matches("- ");
    let sentence = |step: u64| {
        format!(
            "Number {} says that {} {} {} today.",
            number * 31 + step * 17,
            pick(&SUBJECTS, step),
            pick(&ACTS, step),
            pick(&PLACES, step)
        )
    };
    let first = format!("{} {} {number}: a thought.", pick(&SUBJECTS, number), pick(&PLACES, number + 3));
    let count = if wanted.contains(" for X:") { 1 } else { 7 };
    let middle: Vec<String> = (0..count).map(sentence).collect();
    format!("{first}\n\n{}\n\nMore on {keyword}. {call}.", middle.join(" "))
}
