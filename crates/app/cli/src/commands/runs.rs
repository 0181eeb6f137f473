//! `callsheet runs`: the runs, newest first.

use callsheet_base::{Duration, Timestamp};
use callsheet_journal::RunSummary;
use callsheet_node::StateFolder;
use serde::Serialize;
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

/// One run of the list.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    run: RunSummary,
    /// Whether a process executes it now; said of a run that would get on without a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    attended: Option<bool>,
}

impl Listed {
    fn phase(&self) -> String {
        match self.attended {
            Some(false) => format!("{}, unattended", self.run.phase),
            _ => self.run.phase.clone(),
        }
    }
}

/// Prints the list.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let runs = match settings.state.exists() {
        true => listed(&state::open(&settings)?, &args)?,
        false => Vec::new(),
    };
    let screen = context.screen;
    match args.format {
        Format::Json => screen.data(&format!("{:#}\n", json!({ "schema": "callsheet.runs/1", "runs": runs })))?,
        Format::Human if runs.is_empty() => {
            screen.talk(if args.open { "no run is open\n" } else { "nothing has been run here\n" })?;
        }
        Format::Human => {
            screen.data(&plan_view::text(&table(&runs, screen.width), screen.width, screen.out))?;
            if runs.iter().any(|run| run.attended == Some(false)) {
                screen.talk(
                    "\nhint: no process executes what is unattended: `callsheet resume --all` goes on with it\n",
                )?;
            }
        }
    }
    Ok(Exit::Done)
}

fn listed(folder: &StateFolder, args: &Args) -> Result<Vec<Listed>, Failure> {
    let runs = folder.runs(args.open, args.limit).map_err(|error| state::journal_failure(&error))?;
    let moves = |run: &RunSummary| matches!(run.phase.as_str(), "running" | "rolling-back" | "stopping" | "observing");
    let attended = |run: &RunSummary| if moves(run) { state::attended(folder, run.run).map(Some) } else { Ok(None) };
    runs.into_iter().map(|run| Ok(Listed { attended: attended(&run)?, run })).collect()
}

fn table(runs: &[Listed], width: usize) -> Vec<Line> {
    let now = Timestamp::now();
    let phase_width = runs.iter().map(|one| columns_of(&one.phase())).max().unwrap_or(0).max(5);
    let who = |run: &RunSummary| {
        let place = if run.environment.is_empty() { String::new() } else { format!("{}  ", run.environment) };
        format!("{place}{}  {} ago", run.actor, brief(Duration::between(run.created, now)))
    };
    let mut lines = Vec::new();
    for one in runs {
        let run = &one.run;
        let tone = if one.attended == Some(false) { Tone::Attention } else { tone(run) };
        let left = Line::of(Tone::Active, run.run.short()).and(Tone::Plain, "  ").and(tone, one.phase());
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
