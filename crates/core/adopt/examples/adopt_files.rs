//! Adopts every file named and counts: `adopt_files FILE…` prints one JSON line; `--name` names the files that are not kept the same.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measuring program reads files, looks at the clock and prints"
)]

use std::collections::BTreeMap;
use std::time::Instant;

use callsheet_adopt::{adopt, same};
use callsheet_diag::SourceText;
use callsheet_runbook::{Reading, Runs, read};

fn concluded(reading: &Reading) -> usize {
    reading.runbook.procedures.iter().flat_map(|procedure| &procedure.steps).map(|step| step.inferred.len()).sum()
}

fn main() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut slowest = 0.0f64;
    let names = std::env::args().any(|one| one == "--name");
    for name in std::env::args().skip(1).filter(|one| !one.starts_with("--")) {
        let Ok(bytes) = std::fs::read(&name) else {
            eprintln!("cannot read {name}");
            continue;
        };
        let mut count = |key: &'static str, by: usize| *counts.entry(key).or_default() += by;
        let source = SourceText::from_bytes(name.as_str(), &bytes);
        let begun = Instant::now();
        let first = adopt(&source, &[]);
        slowest = slowest.max(begun.elapsed().as_secs_f64());
        let made = SourceText::new(name.as_str(), first.text.as_str());
        let (before, after) = (read(&source), read(&made));
        let steps = || before.runbook.procedures.iter().zip(&after.runbook.procedures).enumerate();
        let flows = steps().flat_map(|(at, (a, b))| {
            let pairs = a.steps.iter().zip(&b.steps).enumerate();
            pairs.filter(|(_, (a, b))| a.runs != b.runs && b.runs == Some(Runs::Hurl)).map(move |(step, _)| (at, step))
        });
        let kept = same(&before.runbook, &after.runbook, &flows.collect());
        let again = adopt(&made, &[]).text == first.text;
        count("files", 1);
        count("adopted", usize::from(first.text != source.text()));
        count("same plan", usize::from(kept.is_ok()));
        count("idempotent", usize::from(again));
        count("concluded before", concluded(&before));
        count("concluded after", concluded(&after));
        count("steps", before.runbook.procedures.iter().map(|one| one.steps.len()).sum());
        count("named", first.summary.named.len());
        count("prose", first.summary.prose);
        count("expectations", first.summary.expectations);
        count("parameters", first.summary.parameters.len());
        count("flows", first.summary.flows.len());
        count("facts", first.summary.facts);
        count("timeouts", first.summary.timeouts);
        count("left", first.summary.left.len());
        for left in &first.summary.left {
            *reasons.entry(left.why.clone()).or_default() += 1;
        }
        if names && (kept.is_err() || !again) {
            eprintln!("{name}: {kept:?}, idempotent: {again}");
        }
    }
    if names {
        reasons.iter().for_each(|(why, count)| eprintln!("{count:6} {why}"));
    }
    let counts: Vec<String> = counts.iter().map(|(key, count)| format!("\"{key}\": {count}")).collect();
    println!("{{{}, \"slowest_s\": {slowest:.3}}}", counts.join(", "));
}
