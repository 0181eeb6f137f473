//! `callsheet adopt FILE`: the executable version of a runbook, as a difference first.

use std::path::{Path, PathBuf};

use callsheet_adopt::{Adoption, Part, Summary};
use callsheet_diag::SourceText;
use serde_json::json;

use crate::context::Context;
use crate::difference;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::runbook_file::RunbookFile;

/// Write down what Callsheet concludes from a runbook
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --write or --output the difference is shown and nothing is written. Only block headers, front matter and \
blocks that become HTTP flows change; the adopted runbook plans the same steps. \
With --check: exit status 0 if nothing is left to adopt, 1 if something is."
)]
pub struct Args {
    /// The runbook
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the file in place
    #[arg(long, conflicts_with_all = ["output", "check"])]
    write: bool,
    /// Write the adopted runbook to another file
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Show the difference (what happens without --write and --output), beside writing it
    #[arg(long)]
    diff: bool,
    /// Only say whether something is left to adopt
    #[arg(long)]
    check: bool,
    /// Leave something as it is; may be given often: expectations, dangers, timeouts, flows, choices, rollbacks, parameters, facts
    #[arg(long, value_enum, value_name = "PART", hide_possible_values = true)]
    leave: Vec<Leave>,
    /// How to print what was done: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The difference on stdout, the rest on stderr
    #[default]
    Human,
    /// `callsheet.adopt/1`
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Leave {
    Expectations,
    Dangers,
    Timeouts,
    Flows,
    Choices,
    Rollbacks,
    Parameters,
    Facts,
}

impl From<Leave> for Part {
    fn from(leave: Leave) -> Part {
        match leave {
            Leave::Expectations => Part::Expectations,
            Leave::Dangers => Part::Dangers,
            Leave::Timeouts => Part::Timeouts,
            Leave::Flows => Part::Flows,
            Leave::Choices => Part::Choices,
            Leave::Rollbacks => Part::Rollbacks,
            Leave::Parameters => Part::Parameters,
            Leave::Facts => Part::Facts,
        }
    }
}

/// Shows or writes the adopted runbook, and says what was adopted and what was left.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let file = RunbookFile::read(&args.file)?;
    let source = SourceText::new(args.file.to_string_lossy(), file.text());
    let leave: Vec<Part> = args.leave.iter().map(|leave| Part::from(*leave)).collect();
    let adoption = callsheet_adopt::adopt(&source, &leave);
    let changed = adoption.text != file.text();
    let target = if args.write { Some(args.file.as_path()) } else { args.output.as_deref() };
    match target {
        Some(target) if target == args.file => file.replace(&adoption.text)?,
        Some(target) => file.write_to(target, &adoption.text)?,
        None => {}
    }
    let shows = !args.check && (target.is_none() || args.diff);
    let name = args.file.to_string_lossy();
    match args.format {
        Format::Json => {
            let difference =
                if shows { difference::unified(&name, file.text(), &adoption.text) } else { String::new() };
            print_json(&name, changed, target, &difference, &adoption, context)?;
        }
        Format::Human => {
            if shows {
                let difference = difference::unified(&name, file.text(), &adoption.text);
                context.screen.data(&difference::coloured(&difference, context.screen.out))?;
            }
            context.screen.talk(&told(&adoption.summary, changed, target, &args, context))?;
        }
    }
    Ok(if args.check && changed { Exit::Failed } else { Exit::Done })
}

fn print_json(
    name: &str,
    changed: bool,
    target: Option<&Path>,
    difference: &str,
    adoption: &Adoption,
    context: &Context,
) -> Result<(), Failure> {
    let json = json!({
        "schema": "callsheet.adopt/1",
        "file": name,
        "changed": changed,
        "written": target,
        "diff": difference,
        "summary": adoption.summary,
    });
    context.screen.data(&format!("{json:#}\n"))
}

/// What was adopted, what was left and why, and what to do next.
fn told(summary: &Summary, changed: bool, target: Option<&Path>, args: &Args, context: &Context) -> String {
    let paint = context.screen.err;
    let mut text = String::new();
    let done = done(summary);
    let verb = if target.is_some() { "adopted" } else { "would adopt" };
    match (changed, done.is_empty()) {
        (false, _) => text.push_str("nothing is left to adopt\n"),
        (true, false) => text.push_str(&format!("{}: {}\n", paint.bold(verb), done.join(", "))),
        (true, true) => text.push_str(&format!("{}\n", paint.bold(verb))),
    }
    if summary.prose > 0 {
        let steps = counted(summary.prose, "step has", "steps have");
        text.push_str(&format!("{steps} no block of code, so nowhere to write attributes\n"));
    }
    if !summary.left.is_empty() {
        text.push_str(&format!("{}:\n", paint.bold("left as it is")));
        for left in &summary.left {
            let place = paint.cyan(format!("{}:{}", args.file.display(), left.line));
            text.push_str(&format!("  {place} {}: {}\n", left.what, left.why));
        }
    }
    if changed && target.is_none() && !args.check {
        text.push_str(&format!(
            "{}: `--write` changes the file, `--output FILE` writes another\n",
            paint.bold_cyan("hint")
        ));
    }
    text
}

fn done(summary: &Summary) -> Vec<String> {
    let mut done = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| {
        if count > 0 {
            done.push(counted(count, one, many));
        }
    };
    add(summary.named.len(), "step named", "steps named");
    add(summary.expectations, "expectation", "expectations");
    add(summary.flows.len(), "`curl` as an HTTP flow", "`curl` blocks as HTTP flows");
    add(summary.dangers, "danger", "dangers");
    add(summary.timeouts, "timeout", "timeouts");
    add(summary.choices, "choice or condition", "choices and conditions");
    add(summary.rollbacks, "way back", "ways back");
    add(summary.parameters.len(), "parameter", "parameters");
    if !summary.parameters.is_empty()
        && summary.parameters.len() <= 8
        && let Some(last) = done.last_mut()
    {
        last.push_str(&format!(" ({})", summary.parameters.join(", ")));
    }
    if summary.facts > 0 {
        done.push(counted(summary.facts, "fact", "facts"));
    }
    done
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
