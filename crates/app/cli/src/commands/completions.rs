//! `callsheet completions bash`: the completion script of a shell.

use clap_complete::Shell;

use crate::cli;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "For bash: callsheet completions bash > ~/.local/share/bash-completion/completions/callsheet")]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "callsheet", &mut script);
    context.screen.bytes(&script)?;
    Ok(Exit::Done)
}
