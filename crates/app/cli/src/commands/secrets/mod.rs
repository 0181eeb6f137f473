//! `callsheet secrets …`: kept, given to services, rotated, and searched for where they must not be.

mod desk;
mod get;
mod history;
mod init;
mod list;
mod recipients;
mod revoke;
mod rotate;
mod scan;
mod set;

use callsheet_base::Secret;
use callsheet_secret_stores::{Keyring, WrittenError, written};

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::of_the_run;
use crate::planning::DEFAULT_ENVIRONMENT;
use crate::settings::Settings;

/// Keep secrets, rotate them, and search for them where they must not be
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "Each environment has a book, `secrets/ENVIRONMENT.toml`, in which names can be read and values cannot; it may be committed. Whoever \
reads values needs an age identity: $CALLSHEET_IDENTITY_KEY, the file $CALLSHEET_IDENTITY_FILE, or ~/.config/callsheet/identity.txt. \
callsheet.toml refers to a value as `secret://NAME`."
)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    what: What,
}

/// Whose secrets, and how to print.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Which {
    /// The environment [default: in a step of a run, the run's; else dev]
    #[arg(long, global = true, value_name = "ENV")]
    env: Option<String>,
    /// How to print: text or json
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Set up the environment's book, and an identity where there is none
    Init(init::Args),
    /// Store a value, from a hidden prompt or standard input
    Set(set::Args),
    /// Show a value; who saw it is recorded
    Get(get::Args),
    /// List names, versions, ages, readers and when each is due; never values
    List(list::Args),
    /// Replace the value in use by a new one, without losing a login
    Rotate(rotate::Args),
    /// Revoke a version that is not in use, and destroy its value
    Revoke(revoke::Args),
    /// Show, add or remove those who can read; everything is encrypted anew
    Recipients(recipients::Args),
    /// Search logs, journal, records and Git for values and what looks like one
    Scan(scan::Args),
    /// List who saw and who changed what
    History(history::Args),
}

/// Does one of them.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let which = &args.which;
    match args.what {
        What::Init(args) => init::execute(&args, which, context),
        What::Set(args) => set::execute(args, which, context),
        What::Get(args) => get::execute(&args, which, context),
        What::List(args) => list::execute(&args, which, context),
        What::Rotate(args) => rotate::execute(args, which, context),
        What::Revoke(args) => revoke::execute(&args, which, context),
        What::Recipients(args) => recipients::execute(args, which, context),
        What::Scan(args) => scan::execute(&args, which, context),
        What::History(args) => history::execute(&args, which, context),
    }
}

/// The value that a setting says: `$VARIABLE`, `secret://NAME`, or the text itself. A secret is that of `environment`, else of the environment of
/// the run that called the command, else of `dev`.
pub fn said(text: &str, settings: &Settings, environment: Option<&str>) -> Result<Secret<String>, Failure> {
    let keyring = || {
        let environment = environment.map(str::to_owned).or_else(of_the_run);
        let environment = environment.unwrap_or_else(|| DEFAULT_ENVIRONMENT.to_owned());
        Keyring::new(&settings.root, &environment, settings.config.secrets.ground())
    };
    written(text, |name| std::env::var(name).ok(), keyring).map_err(|error| match error {
        WrittenError::Store(error) => desk::failure(error),
        other => Failure::user(other.to_string()),
    })
}
