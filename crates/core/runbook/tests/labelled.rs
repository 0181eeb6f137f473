//! Whole runbooks, each with the steps that a careful person reads in it: `labelled/NAME.md` and `NAME.tsv` (line, kind, notes).

use std::fmt::Write;
use std::path::Path;

use callsheet_diag::SourceText;
use callsheet_runbook::{Step, read};

fn row(step: &Step) -> String {
    let notes = [
        (!step.expects.is_empty(), "expects"),
        (!step.params.is_empty(), "placeholder"),
        (!step.danger.is_empty(), "danger"),
        (step.interactive, "interactive"),
        (step.rollback, "rollback"),
        (step.optional, "optional"),
    ];
    let notes: Vec<&str> = notes.iter().filter(|(holds, _)| *holds).map(|(_, note)| *note).collect();
    format!("{}\t{}\t{}", step.at.line, format!("{:?}", step.kind).to_lowercase(), notes.join(" "))
}

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/labelled");
    let text = std::fs::read_to_string(folder.join(format!("{name}.md"))).unwrap();
    let labels = std::fs::read_to_string(folder.join(format!("{name}.tsv"))).unwrap();
    let reading = read(&SourceText::new(format!("{name}.md"), &text));
    let mut found = String::new();
    for step in reading.runbook.procedures.iter().flat_map(|procedure| &procedure.steps) {
        writeln!(found, "{}", row(step)).unwrap();
    }
    assert_eq!(found, labels, "{name}.md is read otherwise than {name}.tsv says");
}

#[test]
fn a_release_with_the_tools_of_one_house() {
    check("bakery-orders");
}

#[test]
fn a_checklist_of_conditions_acts_and_people() {
    check("tram-signs");
}

#[test]
fn troubles_told_in_prose() {
    check("greenhouse");
}

#[test]
fn numbered_prose_in_french() {
    check("chaudiere");
}
