//! Open-loop load on a service of the fleet: requests begin on a fixed schedule, whether earlier ones were answered or not, and each
//! one's time counts from the moment it was due. Four in five read, one in five writes; which, the file of the service says.
//!
//! `load SERVICE URL RATE SECONDS`, with `ACCOUNT_EMAIL` and `ACCOUNT_PASSWORD` in the environment; prints a line of figures per kind.
#![allow(clippy::print_stdout, reason = "a program whose output is its result")]

mod asset_manager;
mod caller;
mod content_jumpstart;
mod film_studio;
mod grants;
mod video_editor;

use std::sync::Arc;
use std::time::{Duration, Instant};

use caller::{Caller, Failure, Story};

/// The first seconds warm up caches and connections, and are not counted.
const WARM_UP: Duration = Duration::from_secs(2);

/// One answered or failed request.
struct Sample {
    is_write: bool,
    took: Duration,
    is_good: bool,
}

fn is_write(number: usize) -> bool {
    number.is_multiple_of(5)
}

/// Sends `rate` requests a second for so long, and gives every sample after the warm-up.
async fn drive<S: Story>(story: Arc<S>, rate: u32, lasting: Duration) -> Result<Vec<Sample>, Failure> {
    let began = Instant::now();
    let gap = Duration::from_secs(1) / rate;
    let all = ((lasting + WARM_UP).as_secs_f64() * f64::from(rate)) as u32;
    let mut running = tokio::task::JoinSet::new();
    for number in 0..all {
        let due = began + gap * number;
        tokio::time::sleep_until(due.into()).await;
        let story = story.clone();
        running.spawn(async move {
            let number = number as usize;
            let answer = if is_write(number) { story.write(number).await } else { story.read(number).await };
            (due, Sample { is_write: is_write(number), took: due.elapsed(), is_good: answer.is_ok() })
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

async fn measure<S: Story>(url: &str, rate: u32, lasting: Duration) -> Result<(), Failure> {
    let story = Arc::new(S::prepare(Caller::signed_in(url).await?).await?);
    let samples = drive(story, rate, lasting).await?;
    tell("reads", &samples, false);
    tell("writes", &samples, true);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [service, url, rate, seconds] = arguments.as_slice() else {
        return Err("usage: load SERVICE URL RATE SECONDS".into());
    };
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("a TLS provider was installed before".into());
    }
    let (rate, lasting) = (rate.parse()?, Duration::from_secs(seconds.parse()?));
    match service.as_str() {
        "asset-manager" => measure::<asset_manager::Elements>(url, rate, lasting).await,
        "content-jumpstart" => measure::<content_jumpstart::Clients>(url, rate, lasting).await,
        "video-editor" => measure::<video_editor::Timelines>(url, rate, lasting).await,
        "film-studio" => measure::<film_studio::Film>(url, rate, lasting).await,
        "grants" => measure::<grants::Documents>(url, rate, lasting).await,
        other => Err(format!("there is no story for `{other}`").into()),
    }
}
