//! `callsheet init`: `callsheet.toml` and a first runbook, beside what is there; never overwrites.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::runbooks;

const CONFIGURATION: &str = include_str!("init/callsheet.toml");
const RUNBOOK: &str = include_str!("init/first.md");

/// Where the starter runbook goes.
const STARTER: &str = "runbooks/first.md";

/// Runbooks found that are named one by one.
const MOST_NAMED: usize = 8;

/// Set up `callsheet.toml` and a first runbook; never overwrites
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The repository's root
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
}

/// A runbook of the team's own that was found.
struct Found {
    path: PathBuf,
    procedures: usize,
    steps: usize,
}

/// Writes what is missing and says what to do next.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let dir = &args.dir;
    if !dir.is_dir() {
        return Err(Failure::user(format!("`{}` is no folder", dir.display())).hint("make it first, or name another"));
    }
    let found = find(dir)?;
    let mut report = String::new();
    write_new(&dir.join("callsheet.toml"), CONFIGURATION, context, &mut report)?;
    ignore_state(dir, context, &mut report)?;
    if found.is_empty() {
        write_new(&dir.join(STARTER), RUNBOOK, context, &mut report)?;
    }
    report.push_str(&next_steps(dir, &found, context));
    context.screen.talk(&report)?;
    Ok(Exit::Done)
}

/// Markdown files with at least one step that runs something, most steps first.
fn find(dir: &Path) -> Result<Vec<Found>, Failure> {
    let mut paths = Vec::new();
    runbooks::search(dir, &mut paths)?;
    let mut found = Vec::new();
    for path in paths {
        let reading = callsheet_runbook::read(&runbooks::load(&path)?);
        let procedures: Vec<_> = reading.runbook.procedures;
        let steps = procedures.iter().map(|procedure| procedure.steps.len()).sum();
        if procedures.iter().any(|procedure| procedure.steps.iter().any(|step| step.runs.is_some())) {
            found.push(Found { path, procedures: procedures.len(), steps });
        }
    }
    found.sort_by(|a, b| b.steps.cmp(&a.steps).then_with(|| a.path.cmp(&b.path)));
    Ok(found)
}

fn write_new(path: &Path, text: &str, context: &Context, report: &mut String) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::environment(format!("cannot write `{}`", path.display())).because(&error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let paint = context.screen.err;
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).map_err(failed)?;
            report.push_str(&format!("{} {}\n", paint.green("wrote"), path.display()));
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            report.push_str(&format!("{}  {} (it is there already)\n", paint.dim("kept"), path.display()));
        }
        Err(error) => return Err(failed(error)),
    }
    Ok(())
}

/// In a Git repository the state folder belongs into `.gitignore`.
fn ignore_state(dir: &Path, context: &Context, report: &mut String) -> Result<(), Failure> {
    if !dir.join(".git").exists() {
        return Ok(());
    }
    let path = dir.join(".gitignore");
    let failed = |error: io::Error| Failure::environment(format!("cannot write `{}`", path.display())).because(&error);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
    };
    if text.lines().any(|line| matches!(line.trim().trim_matches('/'), ".callsheet")) {
        return Ok(());
    }
    let line_end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    file.write_all(format!("{line_end}.callsheet/\n").as_bytes()).map_err(failed)?;
    report.push_str(&format!("{} `.callsheet/` to {}\n", context.screen.err.green("added"), path.display()));
    Ok(())
}

fn next_steps(dir: &Path, found: &[Found], context: &Context) -> String {
    let paint = context.screen.err;
    let shown = |path: &Path| path.strip_prefix(".").unwrap_or(path).display().to_string();
    let mut text = String::from("\n");
    if found.is_empty() {
        let starter = shown(&dir.join(STARTER));
        text.push_str(&format!("No runbook was found, so `{starter}` shows what one can say. Next:\n\n"));
        for (command, why) in [
            (format!("callsheet check {starter}"), "what is wrong with it"),
            (format!("callsheet plan {starter}"), "what would run"),
            (format!("callsheet run {starter}#say-hello"), "run it"),
        ] {
            text.push_str(&format!(
                "  {}{}{why}\n",
                paint.cyan(&command),
                " ".repeat(48_usize.saturating_sub(command.len()).max(2))
            ));
        }
        return text;
    }
    text.push_str("Runbooks that are here already:\n\n");
    for one in found.iter().take(MOST_NAMED) {
        let procedures = crate::report::plural(one.procedures, "procedure");
        let steps = crate::report::plural(one.steps, "step");
        text.push_str(&format!("  {}  {}\n", shown(&one.path), paint.dim(format!("{procedures}, {steps}"))));
    }
    if found.len() > MOST_NAMED {
        text.push_str(&format!("  … and {} more\n", found.len() - MOST_NAMED));
    }
    let first = shown(&found[0].path);
    text.push_str("\nThey stay as they are. Next:\n\n");
    text.push_str(&format!(
        "  {}\n  {}\n",
        paint.cyan(format!("callsheet check {first}")),
        paint.cyan(format!("callsheet plan {first}"))
    ));
    text
}
