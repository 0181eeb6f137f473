//! `callsheet runs`: the runs, newest first.

use callsheet_base::{Duration, Timestamp};
use callsheet_journal::RunSummary;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan_view;
use crate::settings::Settings;
use crate::state;
use crate::view::line::{Line, Tone, width as columns_of};
use crate::view::progress::brief;

/// List runs, newest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only runs that are not over
    #[arg(long)]
    open: bool,
    /// How many at most
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    limit: usize,
    /// How to print the list: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table
    #[default]
    Human,
    /// `callsheet.runs/1`
    Json,
}

/// Prints the list.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let runs = match settings.state.exists() {
        true => {
            let folder = state::open(&settings)?;
            folder.runs(args.open, args.limit).map_err(|error| state::journal_failure(&error))?
        }
        false => Vec::new(),
    };
    let screen = context.screen;
    match args.format {
        Format::Json => screen.data(&format!("{:#}\n", json!({ "schema": "callsheet.runs/1", "runs": runs })))?,
        Format::Human if runs.is_empty() => {
            screen.talk(if args.open { "no run is open\n" } else { "nothing has been run here\n" })?;
        }
        Format::Human => screen.data(&plan_view::text(&table(&runs, screen.width), screen.width, screen.out))?,
    }
    Ok(Exit::Done)
}

fn table(runs: &[RunSummary], width: usize) -> Vec<Line> {
    let now = Timestamp::now();
    let phase_width = runs.iter().map(|run| columns_of(&run.phase)).max().unwrap_or(0).max(5);
    let who = |run: &RunSummary| {
        let place = if run.environment.is_empty() { String::new() } else { format!("{}  ", run.environment) };
        format!("{place}{}  {} ago", run.actor, brief(Duration::between(run.created, now)))
    };
    let mut lines = Vec::new();
    for run in runs {
        let left = Line::of(Tone::Active, run.run.short()).and(Tone::Plain, "  ").and(tone(run), &run.phase);
        let left = left.pad_to(10 + phase_width + 2);
        let who = who(run);
        let room = width.saturating_sub(left.width() + columns_of(&who) + 2);
        let name = shortened(&run.procedure, room.max(12));
        lines.push(left.and(Tone::Strong, name).pad_to(width.saturating_sub(columns_of(&who))).and(Tone::Faint, who));
    }
    lines
}

/// The end of a long name tells more than its beginning.
fn shortened(name: &str, room: usize) -> String {
    let count = name.chars().count();
    if count <= room {
        return name.to_owned();
    }
    let tail: String = name.chars().skip(count - room.saturating_sub(1)).collect();
    format!("…{tail}")
}

fn tone(run: &RunSummary) -> Tone {
    match run.phase.as_str() {
        "done" => Tone::Good,
        "failed" | "in-doubt" | "denied" => Tone::Bad,
        "running" | "observing" => Tone::Active,
        _ if run.ended => Tone::Faint,
        _ => Tone::Attention,
    }
}
