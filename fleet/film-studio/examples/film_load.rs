//! Open-loop load: requests begin on a fixed schedule, whether earlier ones were answered or not, and each one's time counts from the
//! moment it was due. Four in five read (a film, its scenes, a scene, its shots), one in five writes (a shot is changed).
//!
//! `film_load URL RATE SECONDS`, with `OPERATOR_EMAIL` and `OPERATOR_PASSWORD` in the environment; prints a line of figures per kind.
#![allow(clippy::print_stdout, reason = "a program whose output is its result")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Scenes that the load moves among.
const SCENES: usize = 60;
/// The first seconds warm up caches and connections, and are not counted.
const WARM_UP: Duration = Duration::from_secs(2);

struct Target {
    client: Client,
    url: String,
    token: String,
    film: String,
    scenes: Vec<String>,
    shots: Vec<String>,
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
        let (token, film) = (String::new(), String::new());
        let mut target = Target { client, url, token, film, scenes: Vec::new(), shots: Vec::new() };
        let body = json!({"email": std::env::var("OPERATOR_EMAIL")?, "password": std::env::var("OPERATOR_PASSWORD")?});
        target.token = text(&target.ask(Method::POST, "/api/auth/login", Some(body)).await?, "access_token")?;
        target.film =
            text(&target.ask(Method::POST, "/api/projects", Some(json!({"title": "Under load"}))).await?, "id")?;
        let script: String = (0..SCENES)
            .map(|number| format!("INT. ROOM {number} - DAY\n\nThe CLOCK strikes.\n\nADA\nIt is {number} already.\n\n"))
            .collect();
        let path = format!("{}/api/projects/{}/script", target.url, target.film);
        let request =
            target.client.put(path).bearer_auth(&target.token).header("content-type", "text/plain").body(script);
        request.send().await?.error_for_status()?;
        let list = target.ask(Method::GET, &format!("/api/projects/{}/scenes", target.film), None).await?;
        for scene in list["items"].as_array().into_iter().flatten() {
            let scene = text(scene, "id")?;
            let body = json!({"size": "CU", "description": "The clock", "seconds": 2});
            target
                .shots
                .push(text(&target.ask(Method::POST, &format!("/api/scenes/{scene}/shots"), Some(body)).await?, "id")?);
            target.scenes.push(scene);
        }
        Ok(target)
    }

    /// The request with this number; the same numbers ask for the same things.
    async fn request(&self, number: usize) -> Result<(), Failure> {
        let at = number.wrapping_mul(7919) % SCENES;
        match number % 10 {
            0 | 5 => {
                let body = json!({"seconds": number % 100, "movement": "pan"});
                self.ask(Method::PATCH, &format!("/api/shots/{}", self.shots[at]), Some(body)).await?
            }
            1 | 6 => self.ask(Method::GET, &format!("/api/projects/{}/scenes", self.film), None).await?,
            2 | 7 => self.ask(Method::GET, &format!("/api/scenes/{}/shots", self.scenes[at]), None).await?,
            3 => self.ask(Method::GET, &format!("/api/projects/{}", self.film), None).await?,
            _ => self.ask(Method::GET, &format!("/api/scenes/{}", self.scenes[at]), None).await?,
        };
        Ok(())
    }
}

fn text(value: &Value, name: &str) -> Result<String, Failure> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| format!("`{name}` is missing in {value}").into())
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
    let [url, rate, seconds] = arguments.as_slice() else { return Err("usage: film_load URL RATE SECONDS".into()) };
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("a TLS provider was installed before".into());
    }
    let target = Arc::new(Target::prepare(url.clone()).await?);
    let samples = drive(target, rate.parse()?, Duration::from_secs(seconds.parse()?)).await?;
    tell("reads", &samples, false);
    tell("writes", &samples, true);
    Ok(())
}
