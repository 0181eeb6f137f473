//! Cost per step stays flat however long the procedure is, and a long journal replays quickly. The bounds are loose enough for a
//! busy machine and an unoptimised build; the printed figures are what `--release -- --nocapture` is for.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures time and says what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Claim, Event, Exit, Outcome, Run, RunResult, advance, report};
use callsheet_plan::StepIndex;
use callsheet_testkit::{SimClock, created, long_plan};

/// Processor time of this thread so far: other programs do not lengthen it. Where the system does not tell it, the time
/// since `began`.
fn spent(began: Instant) -> Duration {
    // The count is brought up to date when the thread yields.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next().and_then(|word| word.parse().ok()));
    nanos.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

/// Runs a plan of `steps` shell steps to its end; returns the journal and the time per step in µs.
fn run_through(steps: usize) -> (Run, Vec<(String, Timestamp)>, f64) {
    let plan = Arc::new(long_plan(steps));
    let now = SimClock::default().now();
    let first = created(&plan);
    let mut journal = vec![(Event::Created(first.clone()).to_json(), now)];
    let mut run = Run::create(RunId::new(now, [3; 10]), &first, Arc::clone(&plan), now);
    let mut events = advance(&mut run, now).expect("it begins").record;
    let clock = Instant::now();
    let begin = spent(clock);
    for step in 0..steps {
        let claim = Claim::first(StepIndex(step as u32), 0);
        let ended = Event::Ended { claim, outcome: Outcome::bare(Exit::Status(0)) };
        events.extend(report(&mut run, ended, now).expect("the step runs").record);
    }
    let per_step = spent(clock).saturating_sub(begin).as_secs_f64() * 1e6 / steps as f64;
    journal.extend(events.iter().map(|event| (event.to_json(), now)));
    assert_eq!(run.result(), Some(RunResult::Done));
    (run, journal, per_step)
}

#[test]
fn a_step_costs_the_same_in_a_long_procedure() {
    // Noise can only lengthen a turn.
    let least = |steps| (0..3).map(|_| run_through(steps).2).fold(f64::MAX, f64::min);
    let (short, long) = (least(1_000), least(20_000));
    println!("apply and decide: {short:.2} µs a step in 1,000 steps, {long:.2} µs in 20,000");
    assert!(long < short * 5.0 + 20.0, "{short:.2} µs a step in 1,000 steps, but {long:.2} µs in 20,000");
}

#[test]
fn a_hundred_thousand_events_replay_quickly() {
    let (run, journal, _) = run_through(50_000);
    assert!(journal.len() > 100_000);
    let clock = Instant::now();
    let begin = spent(clock);
    let records = journal.iter().map(|(body, at)| (body.as_str(), *at));
    let replayed = Run::replay(run.id(), Arc::clone(run.plan()), records).expect("it replays");
    let took = spent(clock).saturating_sub(begin);
    println!("{} events replayed in {took:?}", journal.len());
    assert_eq!(replayed, run);
    assert!(took.as_secs() < 20, "{took:?}");
}
