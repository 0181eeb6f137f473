//! The verdicts that are neither pass nor fail, and the sentence of the record.

use callsheet_rollout::analysis::{Judge, Question, Settings, Verdict};
use callsheet_traffic::Weight;

use crate::traffic::{Behaviour, Draw, GOOD, slice};

fn judged(seconds: u64, requests: u32, weight: Weight, canary: Behaviour, settings: Settings) -> Judge {
    let (mut draw, mut judge) = (Draw::seeded(7), Judge::new(settings));
    (0..seconds).for_each(|second| judge.observe(&slice(&mut draw, second, requests, weight, GOOD, canary)));
    judge
}

fn good(seconds: u64, requests: u32, percent: u16) -> Verdict {
    judged(seconds, requests, Weight::from_percent(percent), GOOD, Settings::default()).verdict()
}

#[test]
fn silence_is_not_consent() {
    assert_eq!(good(0, 100, 10), Verdict::NoData);
    assert_eq!(good(60, 0, 10), Verdict::NoData);
    assert_eq!(good(300, 100, 0), Verdict::NoData);
    assert_eq!(good(5, 100, 10), Verdict::NotEnough);
    assert_eq!(good(120, 1, 10), Verdict::NotEnough);
    assert_eq!(good(120, 100, 10), Verdict::Pass);
}

#[test]
fn nothing_is_passed_under_suspicion() {
    let slow = Behaviour { slower: 2.0, ..GOOD };
    let mut withheld = 0;
    for seed in 0..20 {
        let (mut draw, mut judge) = (Draw::seeded(seed), Judge::new(Settings::default()));
        for second in 0..120 {
            judge.observe(&slice(&mut draw, second, 100, Weight::from_percent(10), GOOD, slow));
            let evidence = judge.evidence();
            assert!(evidence.verdict != Verdict::Pass || evidence.suspicion < 0.5, "{evidence}");
            let enough = evidence.smallest_seen.is_some_and(|rate| rate <= Settings::default().must_see);
            withheld += u32::from(enough && evidence.verdict == Verdict::NotEnough);
        }
    }
    assert!(withheld > 0, "there was never a reason");
}

#[test]
fn the_good_are_seldom_kept_waiting() {
    let mut kept = 0;
    for seed in 0..500 {
        let (mut draw, mut judge) = (Draw::seeded(seed), Judge::new(Settings::default()));
        (0..120).for_each(|second| {
            judge.observe(&slice(&mut draw, second, 100, Weight::from_percent(10), GOOD, GOOD));
        });
        kept += u32::from(judge.verdict() != Verdict::Pass);
    }
    assert!(kept <= 5, "{kept} of 500 good releases were kept waiting");
}

#[test]
fn alone_at_full_weight_it_is_held_to_what_is_tolerated() {
    let bad = Behaviour { error_rate: 0.1, ..GOOD };
    let judge = judged(60, 100, Weight::ALL, bad, Settings::default());
    assert_eq!(judge.verdict(), Verdict::Fail(Question::Errors));
    assert_eq!(judged(600, 100, Weight::ALL, GOOD, Settings::default()).verdict(), Verdict::Pass);
}

#[test]
fn the_runbooks_limit_holds_even_when_both_releases_are_bad() {
    let bad = Behaviour { error_rate: 0.2, ..GOOD };
    let (mut draw, mut judge) =
        (Draw::seeded(3), Judge::new(Settings { error_limit: Some(0.05), ..Settings::default() }));
    for second in 0..120 {
        judge.observe(&slice(&mut draw, second, 100, Weight::from_percent(10), bad, bad));
    }
    assert_eq!(judge.verdict(), Verdict::Fail(Question::Limit));
}

#[test]
fn a_failed_question_stays_failed() {
    let (mut draw, mut judge) = (Draw::seeded(3), Judge::new(Settings::default()));
    let weight = Weight::from_percent(10);
    for second in 0..20 {
        judge.observe(&slice(&mut draw, second, 100, weight, GOOD, Behaviour { error_rate: 0.6, ..GOOD }));
    }
    (20..400).for_each(|second| judge.observe(&slice(&mut draw, second, 100, weight, GOOD, GOOD)));
    assert_eq!(judge.verdict(), Verdict::Fail(Question::Errors));
}

#[test]
fn the_record_says_what_the_word_rests_on() {
    let weight = Weight::from_percent(10);
    let evidence = judged(12, 100, weight, Behaviour { error_rate: 0.5, ..GOOD }, Settings::default()).evidence();
    assert_eq!(evidence.suspicion, 1.0);
    let words = evidence.to_string();
    assert!(words.starts_with("fail: more errors than the release beside it; "), "{words}");
    assert!(words.contains(" in 12 slices") && words.contains("; beside it "), "{words}");
    let json = serde_json::to_string(&evidence).unwrap();
    assert_eq!(serde_json::from_str::<callsheet_rollout::analysis::Evidence>(&json).unwrap(), evidence);
}
