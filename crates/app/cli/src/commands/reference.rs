//! `callsheet generate-reference DIR` (hidden): the reference pages, from the same definitions that the program runs on.

use std::fs;
use std::path::PathBuf;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reference;

/// Write the reference pages of the manual
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder, `docs/reference`
    dir: PathBuf,
}

/// Writes every page, over what is there.
pub fn execute(args: Args, _context: &Context) -> Result<Exit, Failure> {
    let failed = |path: &PathBuf, error: std::io::Error| {
        Failure::environment(format!("cannot write `{}`", path.display())).because(&error)
    };
    fs::create_dir_all(&args.dir).map_err(|error| failed(&args.dir, error))?;
    for (name, text) in reference::pages() {
        let path = args.dir.join(name);
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(Exit::Done)
}
