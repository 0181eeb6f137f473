//! `callsheet export heads`: what an auditor keeps elsewhere and compares later.

use std::fs;
use std::path::PathBuf;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;
use crate::settings::Settings;
use crate::state;

/// Export what an auditor keeps
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The last record of every run's chain, as JSON; also recorded as a checkpoint
    Heads {
        /// Where to write them [default: stdout]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Writes the checkpoint.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let What::Heads { output } = args.what;
    let mut folder = state::open(&Settings::here(context)?)?;
    let checkpoint = folder.checkpoint().map_err(|error| state::journal_failure(&error))?;
    let text = serde_json::to_string_pretty(&checkpoint)
        .map_err(|error| Failure::internal("cannot write heads as JSON").because(&error))?;
    let Some(file) = output else {
        context.screen.data(&format!("{text}\n"))?;
        return Ok(Exit::Done);
    };
    fs::write(&file, format!("{text}\n"))
        .map_err(|error| Failure::environment(format!("cannot write `{}`", file.display())).because(&error))?;
    let count = plural(checkpoint.heads.len(), "head");
    context.screen.talk(&format!("wrote {count} to {}\n", file.display()))?;
    Ok(Exit::Done)
}
