//! `callsheet cancel RUN`: stops a run in good order.

use callsheet_engine::Command;

use crate::commands::answer::tell;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Stop a run in good order
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Steps under way are ended, nothing new begins; then the run's lock is free. Where nobody executes the \
run now, this command does so until it is over."
)]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    run: String,
    /// First undo the finished steps that say how
    #[arg(long)]
    undo: bool,
    /// Why; kept in the change record
    #[arg(long, value_name = "WHY")]
    note: Option<String>,
}

/// Asks for the cancelling.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let command = Command::Cancel { undo: args.undo };
    tell(&args.run, |_| Ok(command), args.note.as_deref().unwrap_or_default(), "cancelling asked for", context)
}
