//! `callsheet verify RUN`: proves that a run's journal was not altered.

use std::fs;
use std::path::{Path, PathBuf};

use callsheet_base::RunId;
use callsheet_journal::Head;
use callsheet_node::StateFolder;
use serde::Deserialize;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// Prove that a run's journal was not altered
#[derive(Debug, clap::Args)]
#[command(after_help = "The chain alone shows a change by somebody who could not rewrite all that follows. \
Against a head exported earlier and kept elsewhere (`callsheet export heads`), it shows any change of what was there then.")]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN", required_unless_present = "head")]
    run: Option<String>,
    /// Heads exported earlier; without RUN, every run in the file is proved
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

/// What `export heads` wrote.
#[derive(Deserialize)]
struct Exported {
    heads: Vec<Head>,
}

/// Proves one run, or every run of a file of heads.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let folder = state::open(&Settings::here(context)?)?;
    let run = args.run.as_deref().map(|text| state::find(&folder, text)).transpose()?.map(|summary| summary.run);
    let Some(file) = &args.head else {
        let Some(run) = run else { return Err(Failure::internal("neither a run nor heads to prove")) };
        return report(prove(&folder, run)?, context);
    };
    let mut heads = read_heads(file)?;
    heads.retain(|head| run.is_none_or(|run| head.run == run));
    if heads.is_empty() {
        let what = run.map_or("no heads".to_owned(), |run| format!("no head of run {}", run.short()));
        return Err(Failure::user(format!("`{}` holds {what}", file.display())));
    }
    let mut worst = Exit::Done;
    for head in heads {
        worst = worst.max(report(prove_against(&folder, head)?, context)?);
    }
    Ok(worst)
}

fn prove(folder: &StateFolder, run: RunId) -> Result<Result<String, String>, Failure> {
    let proved = folder.verify(run).map_err(|error| state::journal_failure(&error))?;
    Ok(proved
        .map(|head| format!("run {}: {} records hold together, head {}", run.short(), head.seq, head.chain))
        .map_err(|fault| fault.to_string()))
}

fn prove_against(folder: &StateFolder, kept: Head) -> Result<Result<String, String>, Failure> {
    let proved = folder.verify_against(kept).map_err(|error| state::journal_failure(&error))?;
    let words = |head: Head| {
        let since = head.seq.saturating_sub(kept.seq);
        format!(
            "run {}: nothing up to record {} was altered since the export, {since} added",
            kept.run.short(),
            kept.seq
        )
    };
    Ok(proved.map(words).map_err(|fault| fault.to_string()))
}

fn report(proved: Result<String, String>, context: &Context) -> Result<Exit, Failure> {
    let paint = context.screen.out;
    let (text, exit) = match proved {
        Ok(words) => (format!("{} {words}\n", paint.green("✓")), Exit::Done),
        Err(fault) => (format!("{} {fault}\n", paint.red("✗")), Exit::Failed),
    };
    context.screen.data(&text)?;
    Ok(exit)
}

fn read_heads(file: &Path) -> Result<Vec<Head>, Failure> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::user(format!("cannot read `{}`", file.display())).because(&error))?;
    let exported: Exported = serde_json::from_str(&text).map_err(|error| {
        Failure::user(format!("`{}` holds no exported heads", file.display()))
            .because(&error)
            .hint("`callsheet export heads --output FILE` writes them")
    })?;
    Ok(exported.heads)
}
