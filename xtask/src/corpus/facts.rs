//! How well facts are read: `NAME.facts.tsv` (`line<TAB>type<TAB>value | value | …`) against what the reader finds in `NAME.md`.
//!
//! Two scores. *Place*: a fact counts when a label of the same type stands on the same line, each label once. *Values*: its
//! fields must agree too, compared as a reader would: case, white space and the spelling of units do not matter; figures,
//! units, comparators, times, names, dates and fields of templates must be equal; wording (metric, condition, duty, what is
//! done) must share at least half of the label's words, by their first five letters. A label's `-` accepts anything but a
//! figure or a time. Contacts have no labels and are not counted.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use callsheet_runbook::Fact;

use super::agreement::{agree, kind};
use super::score::Score;

/// One labelled fact.
pub struct Label {
    /// 1-based.
    pub line: u32,
    /// `alert`, `objective`, ….
    pub kind: String,
    /// The value's fields; `-` where absent.
    pub fields: Vec<String>,
}

/// Counts of both scores.
#[derive(Clone, Copy, Default)]
pub struct Scores {
    /// Type and line agree.
    pub place: Score,
    /// The fields agree too.
    pub values: Score,
}

impl Scores {
    /// Adds another's counts.
    pub fn add(&mut self, other: &Scores) {
        self.place.add(&other.place);
        self.values.add(&other.values);
    }

    /// As JSON.
    pub fn to_json(self) -> serde_json::Value {
        serde_json::json!({ "place": self.place.to_json(), "values": self.values.to_json() })
    }

    /// As text.
    pub fn line(&self) -> String {
        let of = |score: &Score| format!("{:.3}/{:.3} F1 {:.3}", score.precision(), score.recall(), score.f1());
        format!("facts {}  with values {}", of(&self.place), of(&self.values))
    }
}

/// The labelled facts of a runbook; `None` if it has no such labels.
pub fn read(dir: &Path, name: &str) -> Result<Option<Vec<Label>>> {
    let path = dir.join("labels").join(format!("{name}.facts.tsv"));
    if !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let rows = text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty() && !row.starts_with('#'));
    rows.map(|(index, row)| {
        label(row)
            .with_context(|| format!("{}:{}: line, type and value are separated by tabs", path.display(), index + 1))
    })
    .collect::<Result<_>>()
    .map(Some)
}

fn label(row: &str) -> Option<Label> {
    let mut columns = row.splitn(3, '\t');
    let line = columns.next()?.trim().parse().ok()?;
    let kind = columns.next()?.trim().to_owned();
    let fields = columns.next().unwrap_or_default().split(" | ").map(|field| field.trim().to_owned()).collect();
    Some(Label { line, kind, fields })
}

/// Compares what was found with the labels; `notes` takes every label missed (-) and every find without a label (+).
pub fn compare(found: &[Fact], labels: &[Label], notes: &mut Vec<String>) -> Scores {
    let mut scores = Scores::default();
    for (labels, found) in groups(labels, found).into_values() {
        let matched = labels.len().min(found.len());
        let agreed = agreements(&labels, &found, notes);
        let score = |hits: usize| Score { hits, extra: found.len() - hits, missed: labels.len() - hits };
        scores.add(&Scores { place: score(matched), values: score(agreed) });
    }
    scores
}

/// Labels and facts of one type on one line.
/// Labels and facts that share a line and a type.
type Group<'a> = (Vec<&'a Label>, Vec<&'a Fact>);

fn groups<'a>(labels: &'a [Label], found: &'a [Fact]) -> BTreeMap<(u32, String), Group<'a>> {
    let mut groups: BTreeMap<(u32, String), Group<'a>> = BTreeMap::new();
    for label in labels {
        groups.entry((label.line, label.kind.clone())).or_default().0.push(label);
    }
    for fact in found.iter().filter(|fact| kind(fact) != "contact") {
        groups.entry((fact.line, kind(fact).to_owned())).or_default().1.push(fact);
    }
    groups
}

/// How many labels of a group have a fact whose values agree; each fact serves one.
fn agreements(labels: &[&Label], found: &[&Fact], notes: &mut Vec<String>) -> usize {
    let mut left: Vec<&Fact> = found.to_vec();
    let mut agreed = 0;
    for label in labels {
        match left.iter().position(|fact| agree(label, fact)) {
            Some(at) => {
                left.remove(at);
                agreed += 1;
            }
            None => notes.push(format!("{}: - {} {}", label.line, label.kind, label.fields.join(" | "))),
        }
    }
    for fact in left {
        notes.push(format!("{}: + {}", fact.line, serde_json::to_string(&fact.value).unwrap_or_default()));
    }
    agreed
}
