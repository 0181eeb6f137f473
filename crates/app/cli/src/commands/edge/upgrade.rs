//! `callsheet edge upgrade`: another version takes the sockets over.

use std::path::{Path, PathBuf};

use super::{print, program, start_failure};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Replace the edge by this program's version without losing a request
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The new process is given every listening socket, so no connection is refused. The old one ends its \
connections over the drain window (a minute unless configured); if the new one does not come up, the old one goes on."
)]
pub struct Args {
    /// The program that takes over, if not this one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

/// Replaces it.
pub fn execute(args: &Args, state: &Path, context: &Context) -> Result<Exit, Failure> {
    let program = match &args.program {
        Some(program) => std::path::absolute(program)
            .map_err(|error| Failure::environment(format!("cannot find `{}`", program.display())).because(&error))?,
        None => program()?,
    };
    let status = callsheet_edge::upgrade(state, &program).map_err(start_failure)?;
    context.screen.talk("replaced\n")?;
    print(&status, args.format, context)?;
    Ok(Exit::Done)
}
