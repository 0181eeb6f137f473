//! `callsheet sql [FILE]`: runs SQL within bounds, outside of a run or as a step of one.

use std::path::PathBuf;

use callsheet_base::{Duration, Secret};
use callsheet_databases::{Address, Query, QueryError};
use callsheet_secrets::Reference;

use crate::commands::{called, secrets};
use crate::context::Context;
use crate::databases;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// Where the database is. In the environment, because an argument would show the password to every user of the machine.
const ADDRESS: &str = "CALLSHEET_DATABASE_URL";
const USUAL: &str = "DATABASE_URL";

/// Run SQL on a database: read-only unless told otherwise
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without `--database` its address is taken from CALLSHEET_DATABASE_URL, else DATABASE_URL: postgres://, mysql://, \
mariadb:// or sqlite:PATH; else it is the only one of callsheet.toml. All statements are one transaction. Exit status 1: the database refused them, or took too long."
)]
pub struct Args {
    /// The statements; without it, standard input is read
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The database, by its name in callsheet.toml
    #[arg(long, visible_alias = "db", value_name = "NAME")]
    database: Option<String>,
    /// The environment that the database belongs to [default: that of the run]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    /// Statements may change data
    #[arg(long)]
    write: bool,
    /// Most rows of each result
    #[arg(long, default_value_t = 1000, value_name = "N")]
    max_rows: usize,
    /// For connecting and for all statements together
    #[arg(long, default_value = "30s", value_name = "TIME")]
    timeout: Duration,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: called::Format,
}

/// Runs the statements and prints their results as tables.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let (_, sql) = called::text(args.file.as_deref())?;
    let address = address(&args, context)?;
    let query = Query { sql, write: args.write, timeout: args.timeout.to_std(), max_rows: args.max_rows };
    match called::block_on(callsheet_databases::run(&address, &query))? {
        Ok(results) => {
            let printed = match args.format {
                called::Format::Text => results.text(),
                called::Format::Json => format!("{:#}\n", serde_json::json!(results)),
            };
            context.screen.data(&printed)?;
            Ok(Exit::Done)
        }
        Err(error) => Err(refused(&error)),
    }
}

fn address(args: &Args, context: &Context) -> Result<Address, Failure> {
    let given = [ADDRESS, USUAL].into_iter().find_map(databases::variable_of).filter(|_| args.database.is_none());
    let address =
        |text: &Secret<String>| Address::parse(text.expose()).map_err(|error| Failure::user(error.to_string()));
    match given {
        Some(text) if text.expose().parse::<Reference>().is_err() => address(&text),
        Some(text) => address(&secrets::said(text.expose(), &Settings::here(context)?, args.env.as_deref())?),
        None => {
            let settings = Settings::here(context)?;
            let named = databases::find(args.database.as_deref(), &settings)?;
            let address = address(&named.url(&settings, args.env.as_deref())?)?;
            Ok(address.in_folder(&settings.root))
        }
    }
}

fn refused(error: &QueryError) -> Failure {
    let failure = Failure::environment(error.to_string()).exit(Exit::Failed);
    match error {
        QueryError::Refused { cause, .. } if cause.to_lowercase().contains("read") && cause.contains("only") => {
            failure.hint("a step that may change data says so: `{write=true}`; in a terminal, `--write`")
        }
        QueryError::Refused { in_doubt: true, .. } => {
            failure.hint("the connection ended before the answer: look whether the change was made before trying again")
        }
        QueryError::Timeout { .. } => {
            failure.hint("give more time: `{statement_timeout=2m}`; in a terminal, `--timeout 2m`")
        }
        QueryError::Refused { .. } | QueryError::Connect { .. } => failure,
    }
}
