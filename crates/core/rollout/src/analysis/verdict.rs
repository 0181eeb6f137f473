//! What the judge says, with the figures it says it on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::interval::Interval;

/// What is asked about the newer release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Does it err more than the release beside it?
    Errors,
    /// Is it slower than the release beside it?
    Latency,
    /// Does it exceed the runbook's own limit?
    Limit,
}

/// The judge's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No question failed, and what must be seen would have been.
    Pass,
    /// This question failed.
    Fail(Question),
    /// No question failed, but a release as bad as `must-see` might not have been noticed yet, or one is half way to failing.
    NotEnough,
    /// The newer release got no request.
    NoData,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Evidence {
    /// The word.
    pub verdict: Verdict,
    /// Slices in which the newer release had requests.
    pub slices: u64,
    /// Requests of the newer release.
    pub requests: u64,
    /// Its share of errors.
    pub error_rate: f64,
    /// Where its average share of errors per slice lies, with 95 %, at all times at once.
    pub error_interval: Interval,
    /// Its share of slow requests.
    pub slow_rate: f64,
    /// Requests of the release beside it.
    pub stable_requests: u64,
    /// That one's share of errors.
    pub stable_error_rate: f64,
    /// That one's share of slow requests.
    pub stable_slow_rate: f64,
    /// The smallest error rate that would by now have been noticed, on average; `None` while none would.
    pub smallest_seen: Option<f64>,
    /// Evidence against the release, from 0 (none) to 1 (enough to fail), of the strongest question.
    pub suspicion: f64,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Question::Errors => "more errors than the release beside it",
            Question::Latency => "slower than the release beside it",
            Question::Limit => "more errors than the runbook's limit",
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Pass => f.write_str("pass"),
            Verdict::Fail(question) => write!(f, "fail: {question}"),
            Verdict::NotEnough => f.write_str("not enough evidence"),
            Verdict::NoData => f.write_str("no data"),
        }
    }
}

/// The page-wide sentence of the record: `fail: …; 412 requests in 41 slices, 9.7 % errors (3.1 to 17.0 %) beside 0.1 % of 3,708; …`.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.verdict, self.figures())
    }
}

/// What an [`Evidence`] says beside its word.
struct Figures<'a>(&'a Evidence);

impl Evidence {
    /// The sentence without the verdict, for where that is told already.
    pub fn figures(&self) -> impl fmt::Display {
        Figures(self)
    }
}

impl fmt::Display for Figures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let evidence = self.0;
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        write!(
            f,
            "{} requests in {} slices, {} errors ({} to {}), {} slow",
            evidence.requests,
            evidence.slices,
            percent(evidence.error_rate),
            percent(evidence.error_interval.low),
            percent(evidence.error_interval.high),
            percent(evidence.slow_rate),
        )?;
        if evidence.stable_requests > 0 {
            let (errors, slow) = (percent(evidence.stable_error_rate), percent(evidence.stable_slow_rate));
            write!(f, "; beside it {} requests, {errors} errors, {slow} slow", evidence.stable_requests)?;
        }
        match evidence.smallest_seen {
            Some(rate) => write!(f, "; an error rate of {} would have been noticed", percent(rate)),
            None => write!(f, "; too little to notice anything"),
        }
    }
}
