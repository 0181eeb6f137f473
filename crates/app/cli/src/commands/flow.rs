//! `callsheet flow [FILE]`: runs an HTTP flow in the Hurl format, outside of a run or as a step of one.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use callsheet_actions::flow::{EntryReport, FlowLimits, FlowReport, FlowRunner};
use callsheet_base::Timestamp;
use callsheet_flow::{Captured, Flow, Value, Variables};
use callsheet_keeper::redact::{RedactionSet, redact_text};
use serde_json::json;

use crate::commands::called;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Run an HTTP flow in the Hurl format
#[derive(Debug, clap::Args)]
#[command(after_help = "A variable that the flow uses and does not set itself comes from `--variable`, else from the \
environment variable of its name. Exit status 0: every request was answered as wanted; 1: one was not.")]
pub struct Args {
    /// The flow; without it, standard input is read
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// A variable of the flow; secrets belong in the environment instead
    #[arg(long = "variable", short = 'v', value_name = "NAME=VALUE", value_parser = called::pair)]
    variables: Vec<(String, String)>,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: called::Format,
    /// Descriptor that captures are written to, as shell assignments
    #[arg(long, hide = true, value_name = "FD")]
    captures: Option<u32>,
}

/// Runs the flow and prints what became of each request.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let (name, text) = called::text(args.file.as_deref())?;
    let flow = callsheet_flow::parse(&text).map_err(|error| {
        let failure = Failure::user(format!("{name}:{}:{}: {}", error.at.line, error.at.column, error.message));
        error.hint.into_iter().fold(failure, Failure::hint)
    })?;
    let variables = variables(&flow, &args.variables)?;
    let folder = match args.file.as_deref().and_then(Path::parent) {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let runner = FlowRunner::new(FlowLimits::default());
    let report = called::block_on(async {
        runner.run(&flow, variables, &folder, &Timestamp::now, &mut |_: &EntryReport| {}).await
    })?;
    let secrets = secrets(&report);
    let printed = match args.format {
        called::Format::Text => report.text(),
        called::Format::Json => as_json(&report),
    };
    context.screen.data(&redact_text(&secrets, &printed))?;
    if let Some(descriptor) = args.captures {
        hand_over(&report.captured, descriptor)?;
    }
    Ok(if report.succeeded() { Exit::Done } else { Exit::Failed })
}

fn variables(flow: &Flow, given: &[(String, String)]) -> Result<Variables, Failure> {
    let mut variables: Variables = given.iter().map(|(name, value)| (name.clone(), Value::given(value))).collect();
    let mut missing = Vec::new();
    for name in flow.variables() {
        if variables.contains_key(name) {
            continue;
        }
        match std::env::var(name) {
            Ok(value) => drop(variables.insert(name.to_owned(), Value::given(&value))),
            Err(_) => missing.push(name),
        }
    }
    if missing.is_empty() {
        return Ok(variables);
    }
    Err(Failure::user(format!("the flow uses variables that have no value: {}", missing.join(", ")))
        .hint(format!("give each with `--variable {}=…`, or set the environment variable of that name", missing[0])))
}

/// What captures marked `redact` keep: never printed.
fn secrets(report: &FlowReport) -> RedactionSet {
    let marked = report.captured.iter().filter(|captured| captured.secret);
    let named: Vec<(&str, String)> =
        marked.map(|captured| (captured.name.as_str(), captured.value.to_text())).collect();
    RedactionSet::new(named.iter().map(|(name, value)| (*name, value.as_str())))
}

fn as_json(report: &FlowReport) -> String {
    let captured: serde_json::Map<String, serde_json::Value> =
        report.captured.iter().map(|captured| (captured.name.clone(), captured.value.to_json())).collect();
    let json = json!({
        "schema": "callsheet.flow/1",
        "succeeded": report.succeeded(),
        "entries": report.entries,
        "captured": captured,
        "not_tried_from_line": report.not_tried,
    });
    format!("{json:#}\n")
}

/// Shell assignments, for the script around us. A secret also gets a name by which the keeper knows it for one.
fn hand_over(captured: &[Captured], descriptor: u32) -> Result<(), Failure> {
    let mut assignments = String::new();
    for Captured { name, value, secret } in captured {
        let quoted = value.to_text().replace('\'', "'\\''");
        // A `String` takes whatever is written to it.
        let _ = writeln!(assignments, "{name}='{quoted}'");
        if *secret {
            let _ = writeln!(assignments, "{name}_SECRET='{quoted}'");
        }
    }
    let path = format!("/dev/fd/{descriptor}");
    File::options()
        .append(true)
        .open(&path)
        .and_then(|mut pipe| pipe.write_all(assignments.as_bytes()))
        .map_err(|error| Failure::environment(format!("cannot write captures to {path}")).because(&error))
}
