//! `callsheet db …`: the primary and the replicas of a database.

mod failover;
mod fence;
mod open;
mod promote;
mod show;
mod status;
mod switch;

use super::backup::Which;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Look at a database's primary and replicas, and make another one the primary
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "Which servers have the database stands in `[databases.NAME.servers.SERVER]` of callsheet.toml, with an administrator's `url` and, best, \
a command that stops the server from outside (`fence`). PostgreSQL's streaming replication and MariaDB's are known. Each act is written down before it is \
done: what was cut off is gone on with by the same command."
)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show who is the primary, who follows, and how far behind
    Status(status::Args),
    /// Make a replica the primary in good order: nothing is lost
    Promote(promote::Args),
    /// Make a replica the primary after the primary is gone: fences it first
    Failover(failover::Args),
    /// Fence an older primary that is back
    Fence(fence::Args),
}

/// Does one of them.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let which = &args.which;
    match args.what {
        What::Status(args) => status::execute(&args, which, context),
        What::Promote(args) => promote::execute(&args, which, context),
        What::Failover(args) => failover::execute(&args, which, context),
        What::Fence(args) => fence::execute(&args, which, context),
    }
}
