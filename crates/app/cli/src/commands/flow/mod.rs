//! `callsheet flow [FILE…]`: runs HTTP flows in the Hurl format, outside of a run or as a step of one.

mod check;
mod variables;

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_actions::flow::{EntryReport, FlowLimits, FlowReport, FlowRunner, HurlProgram};
use callsheet_base::Timestamp;
use callsheet_flow::{Captured, Flow, Variables};
use callsheet_keeper::redact::{RedactionSet, redact_text};
use serde_json::json;

use crate::commands::called;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Run HTTP flows in the Hurl format
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A variable that a flow uses and does not set itself comes from `--variable`, else from a file of \
variables, else from the environment variable of its name. What only the `hurl` program carries out (XPath, certificates, proxies) is \
handed to it if it is installed. Exit status 0: every request was answered as wanted; 1: one was not."
)]
pub struct Args {
    /// The flows, run in order until one fails; without any, standard input is read
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only say whether the flows can be read, with file, line and column
    #[arg(long)]
    check: bool,
    /// A variable of the flow; secrets belong in the environment instead
    #[arg(long = "variable", short = 'v', value_name = "NAME=VALUE", value_parser = called::pair)]
    variables: Vec<(String, String)>,
    /// A file of NAME=VALUE lines; may be given often
    #[arg(long, value_name = "FILE")]
    variables_file: Vec<PathBuf>,
    /// A variable whose value is never shown; may be given often
    #[arg(long, value_name = "NAME")]
    secret: Vec<String>,
    /// Where files that the flow sends are [default: the flow's folder]
    #[arg(long, value_name = "FOLDER")]
    file_root: Option<PathBuf>,
    /// Tries after the first for each request; -1 is no limit
    #[arg(long, value_name = "COUNT", default_value_t = 0, allow_negative_numbers = true, hide_default_value = true)]
    retry: i64,
    /// Between tries [default: 1s]
    #[arg(long, value_name = "TIME", value_parser = milliseconds)]
    retry_interval: Option<Duration>,
    /// At most this long for each request [default: 300s]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    max_time: Option<Duration>,
    /// At most this long to connect [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    connect_timeout: Option<Duration>,
    /// Follow redirects
    #[arg(long)]
    location: bool,
    /// At most this many redirects [default: 50]
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    max_redirs: Option<i64>,
    /// Accept any certificate
    #[arg(long)]
    insecure: bool,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: called::Format,
    /// Descriptor that captures are written to, as shell assignments
    #[arg(long, hide = true, value_name = "FD")]
    captures: Option<u32>,
    /// The file that the text on standard input comes from
    #[arg(long, hide = true, value_name = "FILE")]
    name: Option<String>,
}

/// A flow that was read.
struct Told {
    /// The file's name, if it has one.
    name: Option<String>,
    text: String,
    flow: Flow,
    /// Where files that it sends are.
    folder: PathBuf,
}

/// Runs the flows and prints what became of each request.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    if args.check {
        return check::execute(&args.files, context);
    }
    let paths: Vec<Option<&Path>> = match args.files.as_slice() {
        [] => vec![None],
        files => files.iter().map(|file| Some(file.as_path())).collect(),
    };
    let flows = paths.into_iter().map(|path| read(path, &args)).collect::<Result<Vec<Told>, Failure>>()?;
    let given =
        flows.iter().map(|told| variables::of(&told.flow, &args)).collect::<Result<Vec<Variables>, Failure>>()?;
    let limits = limits(&args);
    let runner = FlowRunner::new(limits);
    for (told, variables) in flows.iter().zip(given) {
        let report = run(told, &variables, &runner, &limits)?;
        let secrets = secrets(&report, &variables, &args.secret);
        let printed = match args.format {
            called::Format::Text => report.text(told.name.as_deref()),
            called::Format::Json => as_json(told, &report),
        };
        context.screen.data(&redact_text(&secrets, &printed))?;
        if let Some(descriptor) = args.captures {
            hand_over(&report.captured, descriptor)?;
        }
        if !report.succeeded() {
            return Ok(Exit::Failed);
        }
    }
    Ok(Exit::Done)
}

fn read(path: Option<&Path>, args: &Args) -> Result<Told, Failure> {
    let (named, text) = called::text(path)?;
    let flow =
        callsheet_flow::read(&text).map_err(|error| unreadable(args.name.as_deref().unwrap_or(&named), &error))?;
    let folder = match path.and_then(Path::parent) {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let folder = args.file_root.clone().unwrap_or_else(|| folder.to_owned());
    Ok(Told { name: args.name.clone().or_else(|| path.map(|_| named)), text, flow, folder })
}

fn unreadable(name: &str, error: &callsheet_flow::FlowError) -> Failure {
    let failure = Failure::user(format!("{name}:{}:{}: {}", error.at.line, error.at.column, error.message));
    error.hint.iter().fold(failure, |failure, hint| failure.hint(hint.clone()))
}

fn limits(args: &Args) -> FlowLimits {
    let usual = FlowLimits::default();
    FlowLimits {
        exchange: args.max_time.unwrap_or(usual.exchange),
        connect: args.connect_timeout.unwrap_or(usual.connect),
        redirects: args.max_redirs.unwrap_or(usual.redirects),
        follow: args.location,
        insecure: args.insecure,
        retries: args.retry,
        retry_interval: args.retry_interval.unwrap_or(usual.retry_interval),
        ..usual
    }
}

/// Here, or by the installed `hurl` if only that can.
fn run(told: &Told, variables: &Variables, runner: &FlowRunner, limits: &FlowLimits) -> Result<FlowReport, Failure> {
    if let Some(foreign) = told.flow.foreign().first() {
        let name = told.name.as_deref().unwrap_or("standard input");
        let program = HurlProgram::find().ok_or_else(|| unreadable(name, &foreign.fault()))?;
        return program
            .run(&told.text, &told.flow, variables, &told.folder, limits)
            .map_err(|error| Failure::environment(error.to_string()).because_of(&error));
    }
    called::block_on(async {
        runner.run(&told.flow, variables.clone(), &told.folder, &Timestamp::now, &mut |_: &EntryReport| {}).await
    })
}

/// What captures marked `redact` keep and what was given as secret: never printed.
fn secrets(report: &FlowReport, variables: &Variables, secret: &[String]) -> RedactionSet {
    let marked = report.captured.iter().filter(|captured| captured.secret);
    let captured = marked.map(|captured| (captured.name.as_str(), captured.value.to_text()));
    let given = secret.iter().filter_map(|name| Some((name.as_str(), variables.get(name)?.to_text())));
    let named: Vec<(&str, String)> = captured.chain(given).collect();
    RedactionSet::new(named.iter().map(|(name, value)| (*name, value.as_str())))
}

fn as_json(told: &Told, report: &FlowReport) -> String {
    let captured: serde_json::Map<String, serde_json::Value> =
        report.captured.iter().map(|captured| (captured.name.clone(), captured.value.to_json())).collect();
    let json = json!({
        "schema": "callsheet.flow/1",
        "file": told.name,
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

/// As the `hurl` program reads `--max-time`: without a unit, seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    time(text, Duration::from_secs(1))
}

/// As it reads `--retry-interval`: without a unit, milliseconds.
fn milliseconds(text: &str) -> Result<Duration, String> {
    time(text, Duration::from_millis(1))
}

fn time(text: &str, usual: Duration) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match &text[digits..] {
        "" => Some(usual),
        "ms" => Some(Duration::from_millis(1)),
        "s" => Some(Duration::from_secs(1)),
        "m" => Some(Duration::from_secs(60)),
        _ => None,
    };
    let amount = text[..digits].parse::<u32>().ok();
    unit.zip(amount).map(|(unit, amount)| unit * amount).ok_or_else(|| "write `500ms`, `2s` or `1m`".to_owned())
}
