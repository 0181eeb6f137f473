//! What `up` and `down` share: options, the dry run, the way itself with what is shown of it.

use callsheet_base::Duration;
use callsheet_databases::migrate::{Event, Options, Settle};
use callsheet_migrations::{Goal, Step, Way, decide, lint};
use serde_json::json;

use super::open::{Known, Opened};
use super::{Which, failed, show};
use crate::actor;
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;
use crate::screen::Screen;

/// What both ways can be told.
#[derive(Debug, clap::Args)]
pub(super) struct TravelArgs {
    /// Show what would be done; change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// How long locks are waited for, in short turns that keep nobody waiting
    #[arg(long, default_value = "1m", value_name = "TIME")]
    patience: Duration,
    /// What you saw of a statement of whose end nothing is known
    #[arg(long, value_enum, value_name = "WHAT")]
    settle: Option<Said>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Said {
    /// It happened: go on behind it
    Done,
    /// It did not happen: run it
    Again,
}

impl TravelArgs {
    pub(super) fn options(&self, out_of_order: bool) -> Options {
        let settle = self.settle.map(|said| match said {
            Said::Done => Settle::Done,
            Said::Again => Settle::Again,
        });
        Options { patience: self.patience.to_std(), out_of_order, settle, by: actor::current().name }
    }
}

/// What would be done.
pub(super) fn planned(opened: &Opened, known: &Known, goal: &Goal, out_of_order: bool) -> Result<Vec<Step>, Failure> {
    let decision = decide(&opened.set, &known.history, goal, opened.engine(), out_of_order);
    match decision.refused.as_slice() {
        [] => Ok(decision.steps),
        refused => {
            Err(failed::findings("the database and the files do not agree", &refused.iter().collect::<Vec<_>>()))
        }
    }
}

/// Shows it.
pub(super) fn dry_run(opened: &Opened, steps: &[Step], which: &Which, context: &Context) -> Result<Exit, Failure> {
    let (screen, engine) = (context.screen, opened.engine());
    let going_up = steps.iter().filter(|step| step.way == Way::Up);
    let found: Vec<_> = going_up
        .filter_map(|step| opened.set.find(&step.revision))
        .flat_map(|migration| lint::lint(migration, engine))
        .collect();
    if let Format::Json = which.format {
        let steps: Vec<_> = steps.iter().map(|step| show::step_json(step, engine)).collect();
        let report = json!({ "schema": "callsheet.migrate/1", "planned": steps, "findings": found });
        screen.data(&format!("{report:#}\n"))?;
        return Ok(Exit::Done);
    }
    let mut text = format!("{}: {} to do\n", opened.address.describe(), plural(steps.len(), "step"));
    steps.iter().for_each(|step| text.push_str(&show::planned(step, engine, screen)));
    if !found.is_empty() {
        text.push('\n');
        found.iter().for_each(|finding| text.push_str(&show::finding(finding, screen)));
    }
    screen.data(&text)?;
    screen.talk("dry run: nothing was changed\n")?;
    Ok(Exit::Done)
}

/// Goes there, and tells each step as it ends.
pub(super) fn go(
    opened: &Opened,
    goal: &Goal,
    options: &Options,
    which: &Which,
    context: &Context,
) -> Result<Exit, Failure> {
    let screen = context.screen;
    let json = matches!(which.format, Format::Json);
    let mut unwritten = None;
    let mut watch = |event: Event| {
        // The way goes on whether anybody reads of it or not.
        if let Err(failure) = tell(&event, json, screen) {
            unwritten.get_or_insert(failure);
        }
    };
    let outcome = opened.with(matches!(goal, Goal::Up(_)), async |database| {
        database.migrate(&opened.set, goal, options, &mut watch).await
    })?;
    if let Some(failure) = unwritten {
        return Err(failure);
    }
    if json {
        screen.data(&format!("{:#}\n", show::outcome_json(&outcome, opened.engine())))?;
        return Ok(Exit::Done);
    }
    for note in &outcome.notes {
        screen.talk(&format!("{}: {}\n", screen.err.bold_cyan("note"), note.what))?;
    }
    let whereabouts = show::whereabouts(&outcome.history);
    let place = opened.address.describe();
    screen.data(&match outcome.steps.len() {
        0 => format!("{place} is {whereabouts}: nothing to do\n"),
        done => format!("{place} is {whereabouts}, {} done\n", plural(done, "step")),
    })?;
    Ok(Exit::Done)
}

fn tell(event: &Event, json: bool, screen: Screen) -> Result<(), Failure> {
    match event {
        Event::Waiting(what) => screen.talk(&format!("{} {what}; waiting\n", screen.err.bold_yellow("…"))),
        Event::Cleaned(index) => {
            screen.talk(&format!("dropped the invalid index {index} that a failed build left behind\n"))
        }
        Event::Passed(step, at) => {
            screen.talk(&format!("{}: statement {} has nothing to undo\n", step.title(), at + 1))
        }
        Event::Ended(step, took) if !json => {
            let sign = if step.way == Way::Up { "↑" } else { "↓" };
            let stored = if step.is_stored() { ", by its stored way down" } else { "" };
            let took = screen.out.dim(format!("{}ms{stored}", took.as_millis()));
            screen.data(&format!("{} {sign} {}  {took}\n", screen.out.green("✓"), step.title()))
        }
        _ => Ok(()),
    }
}
