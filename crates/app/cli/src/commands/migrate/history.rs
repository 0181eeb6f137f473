//! `callsheet migrate history`: what was applied, when and by whom.

use callsheet_migrations::{Applied, State};
use serde_json::json;

use super::{Which, open};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

pub(super) fn execute(which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    let known = opened.known()?;
    match which.format {
        Format::Json => {
            let report = json!({ "schema": "callsheet.migrate/1", "applied": known.history });
            context.screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text if known.history.is_empty() => context.screen.talk("no revision is applied\n")?,
        Format::Text => {
            let width = known.history.iter().map(|applied| applied.title().chars().count()).max().unwrap_or(0);
            let lines: String = known.history.iter().map(|applied| line(applied, width)).collect();
            context.screen.data(&lines)?;
        }
    }
    Ok(Exit::Done)
}

fn line(applied: &Applied, width: usize) -> String {
    let took = match &applied.state {
        State::Applied => format!("{}ms", applied.took_ms),
        State::Baseline => "baseline".to_owned(),
        State::Half(half) => format!("in part: {} statements done", half.done),
    };
    format!("{:<width$}  {}  by {}  {took}\n", applied.title(), when(applied), applied.by)
}

/// UTC, whole seconds.
pub(super) fn when(applied: &Applied) -> String {
    let at = applied.at.split('.').next().unwrap_or_default();
    format!("{}Z", at.trim_end_matches('Z').replace('T', " "))
}
