//! `callsheet backup …`: backups of databases, made, listed, proved and let go.

mod archive_wal;
mod create;
mod failed;
mod fetch_wal;
mod list;
mod new_key;
mod open;
mod progress;
mod prune;
mod show;
mod verify;

pub use create::make;
pub(crate) use failed::failed;
pub(crate) use open::{Opened, Purpose, Which, open};
pub(crate) use progress::Bar;
pub(crate) use show::{clock, size};
pub(crate) use verify::{chosen, proof, tell};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Make, list, prove and prune backups of databases
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "What is backed up, to where, for whom and how often stands in `[databases.NAME.backup]` of callsheet.toml. PostgreSQL, MariaDB \
and Redis are read by their own programs, which must be installed; SQLite is read by Callsheet."
)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Make a backup
    Create(create::Args),
    /// List the backups, whether each was proved, and what is overdue
    List(list::Args),
    /// Prove a backup: restore it into a scratch instance, compare, ask
    Verify(verify::Args),
    /// Let go what need not be kept
    Prune(prune::Args),
    /// Make a key that backups are encrypted with
    NewKey(new_key::Args),
    /// Archive a segment of PostgreSQL's log: for `archive_command`
    ArchiveWal(archive_wal::Args),
    /// Hand out an archived segment: for `restore_command`
    FetchWal(fetch_wal::Args),
}

/// Does one of them.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let which = &args.which;
    match args.what {
        What::Create(args) => create::execute(&args, which, context),
        What::List(args) => list::execute(&args, which, context),
        What::Verify(args) => verify::execute(&args, which, context),
        What::Prune(args) => prune::execute(&args, which, context),
        What::NewKey(args) => new_key::execute(&args, context),
        What::ArchiveWal(args) => archive_wal::execute(&args, which, context),
        What::FetchWal(args) => fetch_wal::execute(&args, which, context),
    }
}
