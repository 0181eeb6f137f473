//! Compares the steps that were read with the labelled ones.

use std::collections::BTreeMap;

use callsheet_runbook::{Reading, Step};

use super::Score;
use super::labels::Label;

/// The notes that are measured.
const NOTES: [&str; 6] = ["expects", "placeholder", "danger", "interactive", "optional", "rollback"];

/// All measures of one runbook or of all.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    lines: Score,
    kinds_right: usize,
    kinds_all: usize,
    notes: BTreeMap<&'static str, Score>,
}

/// Compares, and says of each difference where it is.
pub fn compare(reading: &Reading, labels: &[Label], differences: &mut Vec<String>) -> Scores {
    let steps: BTreeMap<u32, &Step> = reading
        .runbook
        .procedures
        .iter()
        .flat_map(|procedure| &procedure.steps)
        .map(|step| (step.at.line, step))
        .collect();
    let labelled: BTreeMap<u32, &Label> = labels.iter().map(|label| (label.line, label)).collect();
    let mut scores = Scores::default();
    for (line, step) in &steps {
        if !labelled.contains_key(line) {
            scores.lines.extra += 1;
            differences.push(format!("{line}: extra {} `{}`", kind(step), step.title));
        }
    }
    for (line, label) in &labelled {
        let Some(step) = steps.get(line) else {
            scores.lines.missed += 1;
            differences.push(format!("{line}: missed {} {}", label.kind, label.notes.join(" ")));
            for note in NOTES {
                let labelled = label.notes.iter().any(|one| one == note);
                scores.notes.entry(note).or_default().count(false, labelled);
            }
            continue;
        };
        scores.lines.hits += 1;
        scores.kinds_all += 1;
        if kind(step) == label.kind {
            scores.kinds_right += 1;
        } else {
            differences.push(format!("{line}: kind {} is labelled {} `{}`", kind(step), label.kind, step.title));
        }
        for note in NOTES {
            let labelled = label.notes.iter().any(|one| one == note);
            let found = has(step, note);
            scores.notes.entry(note).or_default().count(found, labelled);
            if found != labelled && !matches!(note, "optional" | "rollback") {
                let what = if found { "extra" } else { "missed" };
                differences.push(format!("{line}: {what} {note} `{}`{}", step.title, why(step, note)));
            }
        }
    }
    differences.sort_by_key(|text| text.split(':').next().and_then(|line| line.parse::<u32>().ok()));
    scores
}

fn kind(step: &Step) -> String {
    format!("{:?}", step.kind).to_lowercase()
}

fn has(step: &Step, note: &str) -> bool {
    match note {
        "expects" => !step.expects.is_empty(),
        "placeholder" => !step.params.is_empty(),
        "danger" => !step.danger.is_empty(),
        "interactive" => step.interactive,
        "optional" => step.optional,
        "rollback" => step.rollback,
        _ => false,
    }
}

fn why(step: &Step, note: &str) -> String {
    match note {
        "placeholder" => format!(" {:?}", step.params.iter().map(|one| &one.text).collect::<Vec<_>>()),
        "danger" => format!(" {:?}", step.danger.iter().map(|one| &one.text).collect::<Vec<_>>()),
        "expects" => format!(" {:?}", step.expects.iter().map(|one| &one.text).collect::<Vec<_>>()),
        _ => String::new(),
    }
}

impl Scores {
    /// Adds another runbook's counts.
    pub fn add(&mut self, other: &Scores) {
        self.lines.add(&other.lines);
        self.kinds_right += other.kinds_right;
        self.kinds_all += other.kinds_all;
        for (note, score) in &other.notes {
            self.notes.entry(note).or_default().add(score);
        }
    }

    fn kinds(&self) -> f64 {
        if self.kinds_all == 0 { 1.0 } else { self.kinds_right as f64 / self.kinds_all as f64 }
    }

    /// One line of a table.
    pub fn line(&self) -> String {
        let mut line =
            format!("steps P {:.3} R {:.3}  kinds {:.3}", self.lines.precision(), self.lines.recall(), self.kinds());
        for note in NOTES {
            let score = self.notes.get(note).copied().unwrap_or_default();
            line.push_str(&format!("  {note} {:.3}", score.f1()));
        }
        line
    }

    /// As JSON.
    pub fn to_json(&self) -> serde_json::Value {
        let notes: serde_json::Map<String, serde_json::Value> =
            self.notes.iter().map(|(note, score)| ((*note).to_owned(), score.to_json())).collect();
        serde_json::json!({ "steps": self.lines.to_json(), "kinds": self.kinds(), "notes": notes })
    }
}
