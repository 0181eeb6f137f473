//! `callsheet edge start [FILE]`: makes sure that an edge runs.

use std::path::{Path, PathBuf};

use callsheet_edge::EdgeConfig;

use super::{print, program, start_failure};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Start the edge in the background; with a configuration, it is told that too
#[derive(Debug, clap::Args)]
#[command(
    after_help = "An edge that runs already is kept: doing it twice does no harm. Without a configuration it serves what it was \
told last, so this also brings back one that was killed."
)]
pub struct Args {
    /// Its configuration, as JSON
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

/// Starts it, or tells the one that runs.
pub fn execute(args: &Args, state: &Path, context: &Context) -> Result<Exit, Failure> {
    let started = match &args.file {
        Some(file) => callsheet_edge::start(state, &program()?, &read(file)?),
        None => callsheet_edge::start_as_before(state, &program()?),
    };
    let started = started.map_err(start_failure)?;
    context.screen.talk(if started.anew { "started\n" } else { "runs already\n" })?;
    print(&started.status, args.format, context)?;
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<EdgeConfig, Failure> {
    let text = std::fs::read(file)
        .map_err(|error| Failure::user(format!("cannot read `{}`", file.display())).because(&error))?;
    serde_json::from_slice(&text).map_err(|error| {
        Failure::configuration(format!("`{}` is not understood", file.display()))
            .because(&error)
            .hint("docs/guides/edge.md has an example of every field")
    })
}
