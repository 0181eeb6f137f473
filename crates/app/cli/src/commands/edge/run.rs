//! `callsheet edge run`: is the edge, until it is stopped or replaced.

use std::path::PathBuf;

use callsheet_edge::{RunError, RunOptions};

use crate::exit::Exit;
use crate::failure::Failure;

/// Be the edge, in the foreground: for a supervisor
#[derive(Debug, clap::Args)]
#[command(after_help = "Serves what it was told last. Ends in good order on Ctrl-C, SIGTERM or `callsheet edge stop`.")]
pub struct Args {
    /// Take the sockets of the edge that serves
    #[arg(long, hide = true)]
    take_over: bool,
    /// Leave the session it was started in
    #[arg(long, hide = true)]
    detached: bool,
}

/// Runs it.
pub fn execute(args: &Args, state: PathBuf) -> Result<Exit, Failure> {
    let options = RunOptions { state, take_over: args.take_over, detached: args.detached };
    match callsheet_edge::run(&options) {
        Ok(()) => Ok(Exit::Done),
        Err(error @ RunError::RunsAlready { .. }) => Err(Failure::user(error.to_string())
            .hint("see it with `callsheet edge status`; replace it with `callsheet edge upgrade`")),
        Err(error) => Err(Failure::environment(error.to_string()).because_of(&error)),
    }
}
