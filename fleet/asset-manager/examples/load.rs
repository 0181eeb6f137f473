//! Open-loop load: requests begin on a fixed schedule, whether earlier ones were answered or not, and each one's time counts
//! from the moment it was due. Four in five read (an element, its components, a list, a search), one in five writes.
//!
//! `load URL RATE SECONDS`, with `ADMIN_EMAIL` and `ADMIN_PASSWORD` in the environment; prints a line of figures per kind.
#![allow(clippy::print_stdout, reason = "a program whose output is its result")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Elements that the load moves among.
const ELEMENTS: usize = 100;
/// The first seconds warm up caches and connections, and are not counted.
const WARM_UP: Duration = Duration::from_secs(2);

struct Target {
    client: Client,
    url: String,
    token: String,
    elements: Vec<String>,
}

/// One answered or failed request.
struct Sample {
    is_write: bool,
    took: Duration,
    is_good: bool,
}

impl Target {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    async fn prepare(url: String) -> Result<Target, Failure> {
        let client = Client::builder().timeout(Duration::from_secs(10)).build()?;
        let mut target = Target { client, url, token: String::new(), elements: Vec::new() };
        let body = json!({"email": std::env::var("ADMIN_EMAIL")?, "password": std::env::var("ADMIN_PASSWORD")?});
        target.token = text(&target.ask(Method::POST, "/api/auth/login", Some(body)).await?, "access_token")?;
        let body = json!({"name": "Under load", "visibility": "public"});
        let universe = text(&target.ask(Method::POST, "/api/universes", Some(body)).await?, "id")?;
        for number in 0..ELEMENTS {
            let body = json!({"kind": "character", "name": format!("Sailor {number}"), "summary": "Of the harbour."});
            let path = format!("/api/universes/{universe}/elements");
            let element = text(&target.ask(Method::POST, &path, Some(body)).await?, "id")?;
            target.write(&element, number).await?;
            target.elements.push(element);
        }
        Ok(target)
    }

    async fn write(&self, element: &str, number: usize) -> Result<Value, Failure> {
        let words = format!("Came with ship {number}, and stayed for the fog.");
        let body = json!({"kind": "text", "title": format!("Past {number}"), "text": words});
        self.ask(Method::POST, &format!("/api/elements/{element}/components"), Some(body)).await
    }

    /// The request with this number; the same numbers ask for the same things.
    async fn request(&self, number: usize) -> Result<(), Failure> {
        let element = &self.elements[number.wrapping_mul(7919) % self.elements.len()];
        match number % 10 {
            0 | 5 => self.write(element, number).await?,
            1 | 6 => self.ask(Method::GET, &format!("/api/elements/{element}/components?limit=20"), None).await?,
            2 => self.ask(Method::GET, "/api/universes?limit=20", None).await?,
            3 => self.ask(Method::GET, &format!("/api/search?q=sailor%20{}&limit=10", number % ELEMENTS), None).await?,
            _ => self.ask(Method::GET, &format!("/api/elements/{element}"), None).await?,
        };
        Ok(())
    }
}

fn text(answer: &Value, member: &str) -> Result<String, Failure> {
    Ok(answer[member].as_str().ok_or_else(|| format!("the answer has no `{member}`: {answer}"))?.to_owned())
}

fn is_write(number: usize) -> bool {
    number.is_multiple_of(5)
}

/// Sends `rate` requests a second for so long, and gives every sample after the warm-up.
async fn drive(target: Arc<Target>, rate: u32, lasting: Duration) -> Result<Vec<Sample>, Failure> {
    let began = Instant::now();
    let gap = Duration::from_secs(1) / rate;
    let all = ((lasting + WARM_UP).as_secs_f64() * f64::from(rate)) as u32;
    let mut running = tokio::task::JoinSet::new();
    for number in 0..all {
        let due = began + gap * number;
        tokio::time::sleep_until(due.into()).await;
        let target = target.clone();
        running.spawn(async move {
            let is_good = target.request(number as usize).await.is_ok();
            (due, Sample { is_write: is_write(number as usize), took: due.elapsed(), is_good })
        });
    }
    let mut samples = Vec::with_capacity(all as usize);
    while let Some(done) = running.join_next().await {
        let (due, sample) = done?;
        if due.duration_since(began) >= WARM_UP {
            samples.push(sample);
        }
    }
    Ok(samples)
}

fn tell(kind: &str, samples: &[Sample], is_write: bool) {
    let mut times: Vec<f64> = samples
        .iter()
        .filter(|sample| sample.is_write == is_write)
        .map(|sample| sample.took.as_secs_f64() * 1e3)
        .collect();
    times.sort_by(f64::total_cmp);
    let failed = samples.iter().filter(|sample| sample.is_write == is_write && !sample.is_good).count();
    let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)));
    let shown = |share| at(share).copied().unwrap_or(f64::NAN);
    println!(
        "{kind} {} requests {failed} failed p50 {:.2} ms p95 {:.2} ms p99 {:.2} ms",
        times.len(),
        shown(0.5),
        shown(0.95),
        shown(0.99)
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, rate, seconds] = arguments.as_slice() else { return Err("usage: load URL RATE SECONDS".into()) };
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("a TLS provider was installed before".into());
    }
    let target = Arc::new(Target::prepare(url.clone()).await?);
    let samples = drive(target, rate.parse()?, Duration::from_secs(seconds.parse()?)).await?;
    tell("reads", &samples, false);
    tell("writes", &samples, true);
    Ok(())
}
