//! `callsheet abandon RUN --note WHY`: gives a run up, on the record, and frees its lock.

use callsheet_engine::Command;

use crate::commands::answer::tell;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Give a run up, on the record, and free its lock
#[derive(Debug, clap::Args)]
#[command(after_help = "For a run that nobody will finish: nothing more is done and nothing is undone. \
To stop a run in good order, use `callsheet cancel`.")]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    run: String,
    /// Why; kept in the change record
    #[arg(long, value_name = "WHY")]
    note: String,
}

/// Records it.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    tell(&args.run, |_| Ok(Command::Abandon), &args.note, "gave up what is left", context)
}
