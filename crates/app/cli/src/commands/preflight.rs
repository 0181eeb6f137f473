//! `callsheet preflight CHECK…`: what must be so before a release goes out, each with evidence.

use std::path::PathBuf;
use std::time::Instant;

use callsheet_checks::{Echo, Preflight};
use callsheet_preflight::{Check, Finding, Verdict};
use serde::Serialize;

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Check what must be so before a release goes out
#[derive(Debug, clap::Args)]
#[command(after_help = "Checks:
  clean-tree             nothing is changed, nothing untracked
  branch=NAME            it is checked out and equals its upstream
  tag[=NAME]             the commit carries it; by itself, the release's
  changelog  readme      there is an entry for the release; there is a README
  api-docs[=FILE]        the OpenAPI document is the release's
  pinned                 lock files are committed; base images and actions have versions
  format  lint  types  tests  end-to-end  front-end-build  [=COMMAND]
                         the project's own command ends well; by itself, the usual one for Rust, Node.js, Python and Go.
                         A build that warns fails
  command=COMMAND        any other command
  test-report=FILE       a JUnit report, as Playwright, pytest and others write it: tests ran, none failed
  coverage=80[:REPORT]   at least so many percent of the lines, by an lcov or Cobertura report no older than the code
  audit=low[:REPORT]     no known vulnerability of low, medium, high or critical severity or above
  front-end[=DIR]        the built page and all that it loads are there, no source is newer

What cannot be looked at does not pass. Exits 0 if all passed, else 1.")]
pub struct Args {
    /// What to check, in this order
    #[arg(required = true, value_name = "CHECK", value_parser = parse)]
    checks: Vec<Check>,
    /// The version that goes out: for tag, changelog and api-docs
    #[arg(long, value_name = "VERSION")]
    release: Option<String>,
    /// The project
    #[arg(long, value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

fn parse(text: &str) -> Result<Check, String> {
    text.parse().map_err(|error: callsheet_preflight::CheckError| error.to_string())
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<&'a str>,
    checks: Vec<Made>,
}

#[derive(Serialize)]
struct Made {
    check: String,
    #[serde(flatten)]
    finding: Finding,
    seconds: f64,
}

/// Output of the project's commands goes to stderr: it is talk, the findings are the data.
#[derive(Debug)]
struct OnStderr(Screen);

impl Echo for OnStderr {
    fn line(&self, line: &str) {
        // A reader of stderr that went away is no reason to stop a test run.
        let _ = self.0.talk(&format!("{}\n", self.0.err.dim(line)));
    }
}

/// Makes the checks one after the other and prints each as it ends.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    if !args.folder.is_dir() {
        return Err(Failure::user(format!("`{}` is no folder", args.folder.display())));
    }
    let screen = context.screen;
    let echo = OnStderr(screen);
    let preflight = Preflight::new(&args.folder, args.release.as_deref(), &echo);
    let width = args.checks.iter().map(|check| name(check).len()).max().unwrap_or(0);
    let mut made = Vec::new();
    for check in &args.checks {
        let began = Instant::now();
        let finding = preflight.make(check);
        let one = Made { check: name(check), finding, seconds: began.elapsed().as_secs_f64() };
        if matches!(args.format, Format::Text) {
            screen.data(&text(&one, width, screen))?;
        }
        made.push(one);
    }
    let passed = made.iter().filter(|one| one.finding.verdict == Verdict::Passed).count();
    let all = passed == made.len();
    match args.format {
        Format::Text => screen.data(&format!("\n{passed} of {} checks passed\n", made.len()))?,
        Format::Json => {
            let report =
                Report { schema: "callsheet.preflight/1", passed: all, release: args.release.as_deref(), checks: made };
            let json = serde_json::to_string_pretty(&report)
                .map_err(|error| Failure::internal("cannot write the findings as JSON").because(&error))?;
            screen.data(&format!("{json}\n"))?;
        }
    }
    Ok(if all { Exit::Done } else { Exit::Failed })
}

/// A check without the command line that it runs, which its finding tells.
fn name(check: &Check) -> String {
    match check {
        Check::Command(kind, _) => kind.word().to_owned(),
        check => check.to_string(),
    }
}

fn text(made: &Made, width: usize, screen: Screen) -> String {
    let paint = screen.out;
    let Finding { verdict, what, evidence, hint } = &made.finding;
    let mark = match verdict {
        Verdict::Passed => paint.green("✓"),
        Verdict::Failed => paint.bold_red("✗"),
        Verdict::Unknown => paint.bold_yellow("?"),
    };
    let mut text = format!("{mark} {:<width$}  {what}\n", made.check);
    let margin = " ".repeat(width + 4);
    for line in evidence {
        text.push_str(&format!("{margin}{}\n", paint.dim(line)));
    }
    if let Some(hint) = hint {
        text.push_str(&format!("{margin}hint: {hint}\n"));
    }
    text
}
