//! How many seconds a bad release lives, at 10 % of 100 requests/s.

use callsheet_rollout::analysis::{Judge, Question, Settings, Verdict};
use callsheet_traffic::Weight;

use crate::traffic::{Behaviour, Draw, GOOD, slice};

/// Seconds until it fails: median and 95th percentile of 200 rollouts, and what failed first.
fn seconds(canary: Behaviour, question: Question) -> (u64, u64) {
    let mut all: Vec<u64> = (0..200)
        .map(|seed| {
            let (mut draw, mut judge) = (Draw::seeded(seed), Judge::new(Settings::default()));
            let found = (1..600).find(|&second| {
                judge.observe(&slice(&mut draw, second, 100, Weight::from_percent(10), GOOD, canary));
                judge.verdict() == Verdict::Fail(question)
            });
            found.unwrap_or(600)
        })
        .collect();
    all.sort_unstable();
    (all[100], all[190])
}

#[test]
fn one_request_in_ten_failing_is_found_within_15_s() {
    let (median, p95) = seconds(Behaviour { error_rate: 0.1, ..GOOD }, Question::Errors);
    assert!(p95 <= 15, "median {median} s, p95 {p95} s");
}

#[test]
fn half_of_the_requests_failing_is_found_within_8_s() {
    for error_rate in [0.5, 0.7, 1.0] {
        let (median, p95) = seconds(Behaviour { error_rate, ..GOOD }, Question::Errors);
        assert!(p95 <= 8, "{error_rate}: median {median} s, p95 {p95} s");
    }
}

#[test]
fn a_doubled_99th_percentile_is_found_within_60_s() {
    let (median, p95) = seconds(Behaviour { slower: 2.0, ..GOOD }, Question::Latency);
    assert!(p95 <= 60, "median {median} s, p95 {p95} s");
}
