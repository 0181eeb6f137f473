//! `callsheet man`: manual pages in roff, made from the same definitions as `--help`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Print the manual page, or write all of them to a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "To read it: callsheet man | man -l -")]
pub struct Args {
    /// Folder for `callsheet.1`, `callsheet-run.1` and so on
    dir: Option<PathBuf>,
}

/// Prints `callsheet.1`, or writes one page for each command.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let Some(dir) = args.dir else {
        context.screen.bytes(&page(cli::command())?)?;
        return Ok(Exit::Done);
    };
    fs::create_dir_all(&dir)
        .map_err(|error| Failure::environment(format!("cannot make the folder `{}`", dir.display())).because(&error))?;
    let mut whole = cli::command();
    whole.build();
    for command in whole.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help") {
        write(&dir, &format!("callsheet-{}", command.get_name()), command.clone())?;
    }
    write(&dir, "callsheet", whole)?;
    Ok(Exit::Done)
}

fn write(dir: &Path, name: &str, command: clap::Command) -> Result<(), Failure> {
    let path = dir.join(format!("{name}.1"));
    fs::write(&path, page(command)?)
        .map_err(|error| Failure::environment(format!("cannot write `{}`", path.display())).because(&error))
}

fn page(command: clap::Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::internal("cannot render the manual page").because(&error))?;
    Ok(page)
}
