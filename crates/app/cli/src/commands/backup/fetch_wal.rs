//! `callsheet backup fetch-wal`: an archived segment is handed to a PostgreSQL that is being restored by hand.

use std::path::PathBuf;

use callsheet_backup_tools::log::fetch;

use super::open::{self, Purpose};
use super::{Which, failed};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::runbooks::current_folder;

/// Hand out an archived segment: for `restore_command`
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exits 1 if there is no such segment: the end of the log. A damaged one must not look like that, so in postgresql.conf: \
restore_command = 'callsheet backup fetch-wal --system ID %f %p; s=$?; [ $s -le 1 ] && exit $s; exit 200'."
)]
pub(super) struct Args {
    /// The segment's name, `%f`
    #[arg(value_name = "NAME")]
    name: String,
    /// Where to write it, `%p`
    #[arg(value_name = "PATH")]
    file: PathBuf,
    /// The cluster's identifier, as `pg_controldata` tells it and the backup's record has it
    #[arg(long, value_name = "ID")]
    system: String,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    match fetched(args, which, context) {
        Ok(true) => Ok(Exit::Done),
        Ok(false) => Ok(Exit::Failed),
        // Not 1, whatever it is: that would mean that the log ends here, and PostgreSQL would begin to serve without the rest.
        Err(failure) => Err(failure.exit(Exit::Usage)),
    }
}

fn fetched(args: &Args, which: &Which, context: &Context) -> Result<bool, Failure> {
    let opened = open::of(which, Purpose::Look, context)?;
    let to = current_folder()?.join(&args.file);
    fetch(&opened.repository, &args.system, &args.name, &to).map_err(failed)
}
