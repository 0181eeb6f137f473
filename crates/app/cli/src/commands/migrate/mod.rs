//! `callsheet migrate …`: a database's schema, brought from one revision to another.

mod baseline;
mod current;
mod down;
mod failed;
mod files;
mod held;
mod history;
mod lint;
mod new;
mod open;
mod show;
mod status;
mod travel;
mod up;
mod validate;
mod with;

use std::path::PathBuf;

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Bring a database's schema from one revision to another
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "The database is `[databases.NAME]` of callsheet.toml, else that of CALLSHEET_DATABASE_URL or DATABASE_URL. Its files are read as \
they are: NNNN_name.up.sql and .down.sql (also golang-migrate's and sqlx's), NNNN_name.sql with `-- migrate:up` (dbmate's), V1__name.sql (Flyway's)."
)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    what: What,
}

/// Which database and which files; how to print.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The database, by its name in callsheet.toml [default: the only one]
    #[arg(long, visible_alias = "db", global = true, value_name = "NAME")]
    database: Option<String>,
    /// The environment that the database belongs to [default: that of the run]
    #[arg(long, global = true, value_name = "ENV")]
    env: Option<String>,
    /// The folder of the migration files [default: the database's `migrations`, else `migrations` or `db/migrations`]
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// How to print: text or json
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write the files of a new migration
    New(new::Args),
    /// Apply what is missing, up to the newest revision or to one
    Up(up::Args),
    /// Undo the newest revision, several, or all above one
    Down(down::Args),
    /// Print the revision that the database is at
    Current,
    /// List what was applied, when and by whom
    History,
    /// Check the files, and that what was applied is still what they say
    Validate(validate::Args),
    /// List all revisions and where each stands
    Status,
    /// Mark revisions as applied without running them: for a database that is older than its files
    Baseline(baseline::Args),
    /// Find what would destroy, lock, rewrite, or break the release that still runs
    Lint(lint::Args),
    /// Have another tool migrate: Alembic, Prisma, Knex, Rails
    With(with::Args),
}

/// Does one of them.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let which = &args.which;
    match args.what {
        What::New(args) => new::execute(&args, which, context),
        What::Up(args) => up::execute(args, which, context),
        What::Down(args) => down::execute(args, which, context),
        What::Current => current::execute(which, context),
        What::History => history::execute(which, context),
        What::Validate(args) => validate::execute(&args, which, context),
        What::Status => status::execute(which, context),
        What::Baseline(args) => baseline::execute(&args, which, context),
        What::Lint(args) => lint::execute(&args, which, context),
        What::With(args) => with::execute(&args, which, context),
    }
}
