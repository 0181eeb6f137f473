//! A condition on metrics, asked of a Prometheus: it must hold, once or for a while.
//!
//! As in Prometheus' own alert rules, a vector holds when it has an element and a scalar when it is not zero. No answer is not
//! "holds": a store that cannot be reached fails the condition with that word.

mod asker;
mod operand;

use std::time::Duration;

use reqwest::{Client, Url};
use serde::Deserialize;

use crate::causes;

pub use asker::{Asker, Holding};

/// A store is waited for this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked.
#[derive(Clone, Debug)]
pub struct Condition {
    /// PromQL.
    pub expression: String,
    /// It must hold at every look for this long; zero: at the first look.
    pub hold: Duration,
    /// Between two looks.
    pub every: Duration,
    /// It may not hold at first for this long: time to settle.
    pub within: Duration,
}

/// One series' value at one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The series, as Prometheus writes it: `up{job="api"}`; empty for a scalar.
    pub series: String,
    /// Its value.
    pub value: f64,
}

/// One look.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Whether the condition held.
    pub holds: bool,
    /// What was there.
    pub samples: Vec<Sample>,
}

/// Why a condition does not hold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PromqlError {
    /// The store gave no answer.
    #[error("no answer from {place}: {cause}")]
    NoAnswer {
        /// Host and port.
        place: String,
        /// Why.
        cause: String,
    },
    /// The store refused the expression.
    #[error("{place} refused the expression: {cause}")]
    Refused {
        /// Host and port.
        place: String,
        /// In its words.
        cause: String,
    },
    /// It did not hold, or not long enough.
    #[error("the condition {verb} after {after_ms} ms: {seen}", verb = if *.held { "ceased to hold" } else { "did not hold" })]
    Fails {
        /// Whether it had held before.
        held: bool,
        /// Since the first look, ms.
        after_ms: u128,
        /// What was there.
        seen: String,
    },
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Element>),
    Scalar((f64, String)),
    String(serde::de::IgnoredAny),
    Matrix(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Element {
    metric: std::collections::BTreeMap<String, String>,
    value: (f64, String),
}

/// Asks the Prometheus at `base` until the condition has held as long as wanted, or fails. `looked` hears of each look.
pub async fn hold(base: &str, condition: &Condition, looked: &mut dyn FnMut(&Look)) -> Result<(), PromqlError> {
    let source = Source::new(base, PATIENCE)?;
    let begin = tokio::time::Instant::now();
    let mut held_since = None;
    loop {
        let look = source.look(&condition.expression).await?;
        looked(&look);
        let now = tokio::time::Instant::now();
        match (look.holds, held_since) {
            (true, None) if condition.hold.is_zero() => return Ok(()),
            (true, None) => held_since = Some(now),
            (true, Some(since)) if now - since >= condition.hold => return Ok(()),
            (true, Some(_)) => {}
            (false, None) if now - begin < condition.within => {}
            (false, held) => {
                let after_ms = (now - begin).as_millis();
                return Err(PromqlError::Fails { held: held.is_some(), after_ms, seen: describe(&look.samples) });
            }
        }
        tokio::time::sleep(condition.every).await;
    }
}

/// The samples in one line.
pub fn describe(samples: &[Sample]) -> String {
    if samples.is_empty() {
        return "no series".to_owned();
    }
    let shown = samples.iter().take(5).map(|sample| format!("{} {}", sample.series, sample.value).trim().to_owned());
    let more = if samples.len() > 5 { format!(", and {} more", samples.len() - 5) } else { String::new() };
    shown.collect::<Vec<_>>().join(", ") + &more
}

struct Source {
    client: Client,
    url: Url,
    place: String,
}

impl Source {
    fn new(base: &str, patience: Duration) -> Result<Source, PromqlError> {
        let unable = |cause: &dyn std::fmt::Display| PromqlError::NoAnswer {
            place: "the metrics' store".to_owned(),
            cause: cause.to_string(),
        };
        let mut url = Url::parse(base).map_err(|_| unable(&"its address is no URL"))?;
        let host = url.host_str().ok_or_else(|| unable(&"its address has no host"))?;
        let place = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        let path = format!("{}/api/v1/query", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let client = Client::builder()
            .tls_backend_preconfigured(callsheet_tls::verifying_by_system().map_err(|error| unable(&error))?)
            .timeout(patience)
            .no_proxy()
            .build()
            .map_err(|error| unable(&error))?;
        Ok(Source { client, url, place })
    }

    async fn look(&self, expression: &str) -> Result<Look, PromqlError> {
        let no_answer = |cause: String| PromqlError::NoAnswer { place: self.place.clone(), cause };
        let request = self.client.post(self.url.clone()).form(&[("query", expression)]);
        let response = request.send().await.map_err(|error| no_answer(causes::innermost(&error.without_url())))?;
        let status = response.status();
        let body = response.bytes().await.map_err(|error| no_answer(causes::innermost(&error.without_url())))?;
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_| no_answer(format!("HTTP {status}, and what came is no answer of a Prometheus")))?;
        let refused = |cause: String| PromqlError::Refused { place: self.place.clone(), cause };
        match answer.data {
            Some(Data::Vector(elements)) => {
                let samples: Vec<Sample> = elements.iter().map(sample).collect();
                Ok(Look { holds: !samples.is_empty(), samples })
            }
            Some(Data::Scalar((_, value))) => {
                let value = number(&value);
                Ok(Look { holds: value != 0.0, samples: vec![Sample { series: String::new(), value }] })
            }
            Some(Data::String(_) | Data::Matrix(_)) => {
                Err(refused("it gives a range or a string, not a condition; compare an instant vector".to_owned()))
            }
            None => Err(refused(answer.error.unwrap_or_else(|| format!("HTTP {status}")))),
        }
    }
}

fn sample(element: &Element) -> Sample {
    let name = element.metric.get("__name__").cloned().unwrap_or_default();
    let labels = element.metric.iter().filter(|(label, _)| label.as_str() != "__name__");
    let labels: Vec<String> = labels.map(|(label, value)| format!("{label}={value:?}")).collect();
    let braces = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    Sample { series: name + &braces, value: number(&element.value.1) }
}

/// Prometheus writes numbers as strings, with `NaN`, `+Inf` and `-Inf`, which Rust reads too.
fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
