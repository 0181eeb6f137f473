//! `callsheet secrets history [NAME]`: who saw and who changed what.

use callsheet_secret_stores::{Read, Reads};
use callsheet_secrets::SecretName;
use serde_json::json;

use super::{Which, desk};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::state::instant;

/// List who saw and who changed what
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this secret
    #[arg(value_name = "NAME")]
    name: Option<SecretName>,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    let mut all = Reads::of_state(&desk.settings.state).all().map_err(desk::failure)?;
    all.retain(|read| read.environment == desk.environment && (args.name.is_none() || args.name == read.name));
    match which.format {
        Format::Json => {
            let whole =
                json!({ "schema": "callsheet.secrets-history/1", "environment": desk.environment, "acts": all });
            context.screen.data(&format!("{whole:#}\n"))?;
        }
        Format::Text if all.is_empty() => context.screen.talk("nothing was read or changed here\n")?,
        Format::Text => context.screen.data(&all.iter().map(line).collect::<String>())?,
    }
    Ok(Exit::Done)
}

fn line(read: &Read) -> String {
    let name = read.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let version = read.version.map(|number| format!("@{number}")).unwrap_or_default();
    let note = if read.note.is_empty() { String::new() } else { format!("  {}", read.note) };
    let run = read.run.as_ref().map(|run| format!("  run {}", &run[run.len().saturating_sub(8)..])).unwrap_or_default();
    format!("{}  {:<10}  {:<24}  by {}{run}{note}\n", instant(read.at), read.act, format!("{name}{version}"), read.who)
}
