//! `cargo xtask corpus DIR`: measures the reader against hand-labelled runbooks.
//!
//! `DIR/labels/NAME.tsv` labels `DIR/public/NAME.md` or `DIR/seeds/NAME.md`, one row per step: line, kind, notes;
//! `DIR/labels/NAME.facts.tsv` labels its facts: line, type, value.

mod agreement;
mod facts;
mod labels;
mod score;
mod steps;

use std::path::Path;

use anyhow::{Context, Result, bail};
use callsheet_diag::SourceText;

pub use score::Score;

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table.
    Text,
    /// One JSON object.
    Json,
}

/// Reads every labelled runbook of `dir` and prints precision, recall and F1 per measure and file.
pub fn run(dir: &Path, format: Format, verbose: bool) -> Result<()> {
    let names = labels::names(dir)?;
    if names.is_empty() {
        bail!("no labels in {}: put one NAME.tsv per runbook into its folder `labels`", dir.display());
    }
    let mut total = steps::Scores::default();
    let mut total_facts = facts::Scores::default();
    let mut files = serde_json::Map::new();
    for name in &names {
        let path = labels::runbook(dir, name)?;
        let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let source = SourceText::from_bytes(path.display().to_string(), &bytes);
        let reading = callsheet_runbook::read(&source);
        let labelled = labels::read(dir, name)?;
        let mut notes = Vec::new();
        let scores = steps::compare(&reading, &labelled, &mut notes);
        total.add(&scores);
        let labelled_facts = facts::read(dir, name)?;
        let fact_scores = labelled_facts.map(|labels| facts::compare(&reading.runbook.facts, &labels, &mut notes));
        total_facts.add(&fact_scores.unwrap_or_default());
        match format {
            Format::Json => {
                let mut json = scores.to_json();
                if let (Some(facts), Some(object)) = (fact_scores, json.as_object_mut()) {
                    object.insert("facts".to_owned(), facts.to_json());
                }
                files.insert(name.clone(), json);
            }
            Format::Text => {
                print(&format!("{:<40} {}", shorten(name), scores.line()));
                if let Some(facts) = fact_scores {
                    print(&format!("{:<40} {}", "", facts.line()));
                }
                if verbose {
                    for note in notes {
                        print(&format!("    {}:{note}", path.display()));
                    }
                }
            }
        }
    }
    match format {
        Format::Json => print(
            &serde_json::json!({ "files": files, "total": total.to_json(), "facts": total_facts.to_json() })
                .to_string(),
        ),
        Format::Text => {
            print(&format!("{:<40} {}", "TOTAL", total.line()));
            print(&format!("{:<40} {}", "", total_facts.line()));
        }
    }
    Ok(())
}

fn shorten(name: &str) -> String {
    name.chars().take(40).collect()
}

#[allow(clippy::print_stdout)]
fn print(line: &str) {
    println!("{line}");
}
