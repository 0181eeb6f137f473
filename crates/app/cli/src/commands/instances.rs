//! `callsheet instances`: what runs, and how it is.

use callsheet_base::{Duration, Timestamp};
use callsheet_rollout::InstanceSeen;
use serde_json::{Value, json};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::{Which, word};
use crate::plan_view;
use crate::settings::Settings;
use crate::view::line::{Line, Tone, width as columns_of};
use crate::view::progress::brief;

/// List the instances that services run as
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// How to print the list: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table
    #[default]
    Human,
    /// `callsheet.instances/1`
    Json,
}

/// Prints the list.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let all = args.which.list(&settings, context)?;
    let screen = context.screen;
    match args.format {
        Format::Json => {
            let instances: Vec<Value> = all.iter().map(described).collect();
            let whole = json!({ "schema": "callsheet.instances/1", "instances": instances });
            screen.data(&format!("{whole:#}\n"))?;
        }
        Format::Human if all.is_empty() => screen.talk("no instance runs here\n")?,
        Format::Human => screen.data(&plan_view::text(&table(&all), screen.width, screen.out))?,
    }
    Ok(Exit::Done)
}

fn described(seen: &InstanceSeen) -> Value {
    json!({
        "id": seen.id,
        "service": seen.service,
        "environment": seen.environment,
        "version": seen.release.version,
        "digest": seen.release.digest,
        "state": word(&seen.state).0,
        "since": seen.since,
        "address": seen.address,
        "pid": seen.pid,
        "restarts": seen.restarts,
        "last_end": seen.last_end,
        "not_ready": seen.not_ready,
        "notes": seen.notes,
    })
}

/// One line for each, and below it what is out of the ordinary.
fn table(all: &[InstanceSeen]) -> Vec<Line> {
    let now = Timestamp::now();
    let widest = |of: &dyn Fn(&InstanceSeen) -> String| all.iter().map(|seen| columns_of(&of(seen))).max().unwrap_or(0);
    let name = |seen: &InstanceSeen| seen.id.0.clone();
    let address = |seen: &InstanceSeen| seen.address.map(|address| address.to_string()).unwrap_or_default();
    let version = |seen: &InstanceSeen| seen.release.version.clone();
    let names = 15 + widest(&name) + 2;
    let versions = names + widest(&version) + 2;
    let addresses = versions + widest(&address) + 2;
    let mut lines = Vec::new();
    for seen in all {
        let (state, tone) = word(&seen.state);
        let restarts = match seen.restarts {
            0 => String::new(),
            1 => "  1 restart".to_owned(),
            more => format!("  {more} restarts"),
        };
        let line = Line::of(tone, state).pad_to(15).and(Tone::Strong, name(seen)).pad_to(names);
        let line = line.and(Tone::Plain, version(seen)).pad_to(versions).and(Tone::Plain, address(seen));
        let since = brief(Duration::between(seen.since, now));
        lines.push(line.pad_to(addresses).and(Tone::Faint, format!("{since}{restarts}")));
        let not_ready = seen.not_ready.iter().map(|words| format!("not ready: {words}"));
        let last_end = seen.last_end.iter().map(|words| format!("ended by itself: {words}"));
        let remarks = not_ready.chain(last_end).chain(seen.notes.iter().cloned());
        lines.extend(remarks.map(|words| Line::of(Tone::Plain, " ".repeat(15)).and(Tone::Faint, words)));
    }
    lines
}
