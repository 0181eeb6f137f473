//! `callsheet freeze`: no new release goes out until it is lifted; ways back stay open.

use callsheet_base::{Duration, Timestamp};
use callsheet_releases::{Freeze, ReleasesError, Store};
use serde_json::json;

use crate::actor;
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// Let no new release go out; ways back stay open
#[derive(Debug, clap::Args)]
#[command(after_help = "Without `--why` or `--lift` it shows whether deploys are frozen.")]
pub struct Args {
    /// Freeze, and why: whoever deploys meanwhile reads it
    #[arg(long, value_name = "WHY", conflicts_with = "lift")]
    why: Option<String>,
    /// For how long (`24h`) or until when (`2026-12-27T08:00:00Z`) [default: until it is lifted]
    #[arg(long, value_name = "WHEN", requires = "why", value_parser = instant)]
    until: Option<Timestamp>,
    /// End the freeze
    #[arg(long)]
    lift: bool,
    /// Only what goes out of CI by itself (`deploy --from-ci`); a person may deploy meanwhile
    #[arg(long)]
    automatic: bool,
    /// Say what would be, but change nothing
    #[arg(long)]
    dry_run: bool,
    /// How to print it: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// Freezes, lifts or shows.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let store = Store::new(&settings.state);
    let now = Timestamp::now();
    let automatic = args.automatic;
    let frozen = if automatic { store.automatic_frozen(now) } else { store.frozen(now) };
    let mut freeze = frozen.map_err(failed)?;
    let name = if automatic { "automatic deploys" } else { "deploys" };
    if let Some(why) = args.why {
        let new = Freeze { since: now, until: args.until, who: actor::current().name, why };
        if !new.holds(now) {
            return Err(Failure::user("`--until` is past already"));
        }
        if !args.dry_run {
            let done = if automatic { store.freeze_automatic(&new) } else { store.freeze(&new) };
            done.map_err(failed)?;
        }
        freeze = Some(new);
    } else if args.lift {
        if freeze.is_none() {
            return Err(Failure::user(format!("{name} are not frozen")));
        }
        if !args.dry_run {
            let done = if automatic { store.thaw_automatic() } else { store.thaw() };
            done.map_err(failed)?;
        }
        freeze = None;
    }
    match args.format {
        Format::Json => {
            context.screen.data(&format!(
                "{:#}\n",
                json!({ "schema": "callsheet.freeze/1", "automatic": automatic, "freeze": freeze })
            ))?;
        }
        Format::Text => {
            let words = match (freeze, automatic) {
                (None, _) => format!("{name} are not frozen"),
                (Some(freeze), true) => format!("automatic {freeze}"),
                (Some(freeze), false) => freeze.to_string(),
            };
            context.screen.data(&format!("{words}\n"))?;
        }
    }
    if args.dry_run {
        context.screen.talk("dry run: nothing was changed\n")?;
    }
    Ok(Exit::Done)
}

fn failed(error: ReleasesError) -> Failure {
    Failure::environment(error.to_string()).because_of(&error)
}

fn instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(span) = text.parse::<Duration>() {
        return Ok(span.after(Timestamp::now()));
    }
    text.parse().map_err(|_| "write `24h` or `2026-12-27T08:00:00Z`".to_owned())
}
