//! `callsheet backup archive-wal`: PostgreSQL hands over a finished segment of its log.

use std::path::PathBuf;

use callsheet_backup_tools::log::archive;

use super::open::{self, Purpose};
use super::{Which, failed};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::runbooks::current_folder;

/// Archive a segment of PostgreSQL's log: for `archive_command`
#[derive(Debug, clap::Args)]
#[command(
    after_help = "In postgresql.conf: archive_mode = on, archive_command = 'callsheet backup archive-wal --config /srv/shop/callsheet.toml %p'. \
PostgreSQL runs it in its data folder, keeps the segment until it succeeds, and tries again."
)]
pub(super) struct Args {
    /// The segment's file, `%p`
    #[arg(value_name = "PATH")]
    file: PathBuf,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::of(which, Purpose::Keep, context)?;
    let data = current_folder()?;
    archive(&opened.repository, &data.join(&args.file), &data).map_err(failed)?;
    Ok(Exit::Done)
}
