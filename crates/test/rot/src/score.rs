//! Runs the program on a repository that rots and compares what it says with what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::pier::{Pier, RUNBOOK};
use crate::rots::{ROTS, Rot};

/// A finding: its line, its code and its words.
pub type Finding = (u32, String, String);

/// What one look at one rot gave.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What rotted.
    pub rot: Rot,
    /// Whether a line that rotted was named.
    pub found: bool,
    /// New findings on lines that are well.
    pub false_findings: Vec<Finding>,
    /// How long the program took.
    pub took: Duration,
}

/// What many looks gave.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// How many rots were found, of how many, by kind.
    pub kinds: BTreeMap<&'static str, (u32, u32)>,
    /// Those not found.
    pub missed: Vec<Rot>,
    /// Findings about what is well, those about the healthy repository among them.
    pub false_findings: Vec<Finding>,
    /// Of the slowest look.
    pub slowest: Duration,
    /// Of all looks.
    pub total: Duration,
}

impl Score {
    /// Found and injected.
    pub fn found(&self) -> (u32, u32) {
        self.kinds.values().fold((0, 0), |(found, all), (one, of)| (found + one, all + of))
    }
}

/// Whatever the prober adds to the findings of a plain `check`, for the healthy repository. Each is a false finding,
/// except that nothing was ever rehearsed there.
pub fn baseline(program: &Path) -> Vec<Finding> {
    look(program, &Pier::new(None)).0.into_iter().filter(|(_, code, _)| code != "CS0046").collect()
}

/// Lets the rot of `seed` happen and looks. Seeds go through the kinds in turn, then through each kind's places.
pub fn try_seed(program: &Path, seed: usize, healthy: &[Finding]) -> Outcome {
    let mut kinds: Vec<&str> = ROTS.iter().map(|rot| rot.kind).collect();
    kinds.dedup();
    let kind = kinds[seed % kinds.len()];
    let places: Vec<&Rot> = ROTS.iter().filter(|rot| rot.kind == kind).collect();
    let rot = *places[seed / kinds.len() % places.len()];
    let pier = Pier::new(rot.decay.closed());
    rot.decay.apply(&pier);
    let wrong = pier.lines_with(rot.words);
    assert!(!wrong.is_empty(), "no line holds `{}`", rot.words);
    let (findings, took) = look(program, &pier);
    let known: BTreeSet<(&str, &str)> =
        healthy.iter().map(|(_, code, words)| (code.as_str(), words.as_str())).collect();
    let news = findings
        .into_iter()
        .filter(|(_, code, words)| code != "CS0046" && !known.contains(&(code.as_str(), words.as_str())));
    let (right, false_findings): (Vec<Finding>, Vec<Finding>) = news.partition(|(line, ..)| wrong.contains(line));
    Outcome { rot, found: !right.is_empty(), false_findings, took }
}

/// Tries every seed.
pub fn measure(program: &Path, seeds: impl Iterator<Item = usize>) -> Score {
    let healthy = baseline(program);
    let mut score = Score { false_findings: healthy.clone(), ..Score::default() };
    for seed in seeds {
        let outcome = try_seed(program, seed, &healthy);
        let kind = score.kinds.entry(outcome.rot.kind).or_default();
        kind.0 += u32::from(outcome.found);
        kind.1 += 1;
        if !outcome.found {
            score.missed.push(outcome.rot);
        }
        score.false_findings.extend(outcome.false_findings);
        score.slowest = score.slowest.max(outcome.took);
        score.total += outcome.took;
    }
    score
}

/// What `check --probe` says beyond `check`, in the repository, without the machine's own programs and variables.
fn look(program: &Path, pier: &Pier) -> (Vec<Finding>, Duration) {
    let mut command = Command::new(program);
    command.args(["check", "--probe", RUNBOOK, "--format", "json"]).current_dir(pier.root());
    command.env_clear().env("PATH", pier.programs_folder()).env("HOME", pier.root());
    let begun = Instant::now();
    let output = command.output().expect("callsheet starts");
    let took = begun.elapsed();
    let text = String::from_utf8_lossy(&output.stdout);
    let words = String::from_utf8_lossy(&output.stderr);
    let document: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}{words}"));
    let empty = Vec::new();
    let diagnostics = document["files"][0]["diagnostics"].as_array().unwrap_or(&empty);
    let finding = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        (one["line"].as_u64().unwrap_or_default() as u32, text("code"), text("message"))
    };
    // What a plain `check` finds has lower codes.
    (diagnostics.iter().map(finding).filter(|(_, code, _)| code.as_str() >= "CS0030").collect(), took)
}
