//! Steps in other languages than the shell's: HTTP flows, SQL, conditions on metrics.
//!
//! Each becomes a script that hands the text to Callsheet's own program, so that it runs under the run's keeper like any other:
//! it outlives us, its output is redacted, its captures are shell variables of the steps that follow. `$CALLSHEET_PROGRAM` is set by whoever
//! performs the act. Addresses of databases and metrics come from the environment, never from the plan.

use std::collections::BTreeMap;

use callsheet_base::Duration;
use callsheet_runbook::{Act, ActKind, Runs, Step};

use super::Context;
use super::flows::{compile_flows, only_reads};
use crate::fill::{Place, Unsafe, fill_plain};
use crate::{Action, DatabaseConfig, PlanFault, PlannedAct, Source};

/// The step's acts; none if it is in the shell's language, or in none.
pub(super) fn compile_called(
    context: &Context,
    step: &Step,
    places: &[Place],
    faults: &mut Vec<PlanFault>,
) -> Vec<PlannedAct> {
    let make = match step.runs {
        Some(Runs::Hurl) => return compile_flows(context, step, places, faults),
        Some(Runs::Sql) => sql,
        Some(Runs::Promql) => promql,
        Some(Runs::Shell | Runs::Verb) | None => return Vec::new(),
    };
    let mut acts = Vec::new();
    for (at, act) in step.acts.iter().enumerate().filter(|(_, act)| act.kind == ActKind::Run) {
        let text = match fill_plain(&act.command, places) {
            Ok(text) => text,
            Err(refused) => {
                refuse_unsafe(act, refused, faults);
                continue;
            }
        };
        match make(context, step, &text) {
            Ok(script) => {
                let expects = step.expects.iter().filter(|expect| expect.act == Some(at)).cloned().collect();
                let action = Action::Shell { argv: context.run.shell.clone(), script };
                acts.push(PlannedAct { line: act.line, choice: act.choice.clone(), action, expects });
            }
            Err(refused) => faults.push(refused.fault(step, act.line)),
        }
    }
    acts
}

/// Whether the text changes nothing, so that it may run again: requests that only read, SQL that may not write, conditions.
pub(super) fn reads_only(context: &Context, step: &Step) -> bool {
    match step.runs {
        Some(Runs::Hurl) => only_reads(context, step),
        Some(Runs::Sql) => flag(step, "write").is_ok_and(|write| !write),
        Some(Runs::Promql) => true,
        Some(Runs::Shell | Runs::Verb) | None => false,
    }
}

/// Values that cannot stand in a text of this language.
pub(super) fn refuse_unsafe(act: &Act, refused: Vec<Unsafe>, faults: &mut Vec<PlanFault>) {
    faults.extend(refused.into_iter().map(|refused| PlanFault::UnsafeValue {
        name: refused.name,
        line: act.line + refused.line,
        why: refused.why.to_owned(),
    }));
}

/// Why a text is not called.
pub(super) enum Refused {
    /// The text is wrong in this line (from 0).
    Text { line: u32, what: String, hint: Option<String> },
    /// A written attribute is.
    Attribute { attribute: String, why: String },
}

impl Refused {
    pub(super) fn fault(self, step: &Step, first: u32) -> PlanFault {
        let id = step.id.to_string();
        match self {
            Refused::Text { line, what, hint } => PlanFault::BadText { step: id, line: first + line, what, hint },
            Refused::Attribute { attribute, why } => {
                PlanFault::BadAttribute { step: id, line: step.at.line, attribute, why }
            }
        }
    }
}

fn sql(context: &Context, step: &Step, text: &str) -> Result<String, Refused> {
    let named = step.attributes.db.as_deref();
    let source = |database: &DatabaseConfig| database.source.url.clone();
    let address = address(named, &context.inputs.config.databases, source, "databases", "db", "DATABASE_URL")?;
    let write = flag(step, "write")?;
    let rows: u32 = number(step, "max_rows")?.unwrap_or(1000);
    let timeout = duration(step, "statement_timeout")?.unwrap_or(Duration::from_secs(30));
    let end = end_mark(text, "SQL");
    let write_option = if write { " --write" } else { "" };
    Ok(format!(
        "CALLSHEET_DATABASE_URL={address} \"$CALLSHEET_PROGRAM\" sql{write_option} --max-rows {rows} --timeout {timeout} <<'{end}'\n{text}\n{end}"
    ))
}

fn promql(context: &Context, step: &Step, text: &str) -> Result<String, Refused> {
    let named = step.attributes.other.get("metrics").map(String::as_str);
    let source = |source: &Source| source.url.clone();
    let address = address(named, &context.inputs.config.metrics, source, "metrics", "metrics", "PROMETHEUS_URL")?;
    let mut options = String::new();
    for (attribute, option) in [("for", "--for"), ("every", "--every"), ("within", "--within")] {
        if let Some(time) = duration(step, attribute)? {
            options.push_str(&format!(" {option} {time}"));
        }
    }
    let end = end_mark(text, "PROMQL");
    Ok(format!("CALLSHEET_METRICS_URL={address} \"$CALLSHEET_PROGRAM\" promql{options} <<'{end}'\n{text}\n{end}"))
}

/// The word of the shell that gives the address: of the named source, of the only one, or of the usual variable.
fn address<T>(
    named: Option<&str>,
    known: &BTreeMap<String, T>,
    url: impl Fn(&T) -> String,
    table: &str,
    attribute: &str,
    usual: &str,
) -> Result<String, Refused> {
    let source = match named {
        Some(name) => Some(known.get(name).ok_or_else(|| Refused::Attribute {
            attribute: format!("{attribute}={name}"),
            why: format!("callsheet.toml has no `[{table}.{name}]`"),
        })?),
        None if known.len() == 1 => known.values().next(),
        None => None,
    };
    Ok(match source {
        Some(source) => {
            let url = url(source);
            match url.strip_prefix('$') {
                Some(variable) => from_environment(variable),
                None => format!("'{}'", url.replace('\'', "'\\''")),
            }
        }
        None => from_environment(usual),
    })
}

fn from_environment(variable: &str) -> String {
    format!("\"${{{variable}:?is not set, so this step does not know where to go}}\"")
}

/// A line that the text does not hold, to end its here-document.
pub(super) fn end_mark(text: &str, word: &str) -> String {
    let mut mark = format!("CALLSHEET_{word}");
    while text.lines().any(|line| line == mark) {
        mark.push('_');
    }
    mark
}

fn flag(step: &Step, name: &str) -> Result<bool, Refused> {
    match step.attributes.other.get(name).map(String::as_str) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(wrong(name, other, "it must be `true` or `false`")),
    }
}

fn number(step: &Step, name: &str) -> Result<Option<u32>, Refused> {
    let Some(text) = step.attributes.other.get(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| wrong(name, text, "it must be a whole number"))
}

fn duration(step: &Step, name: &str) -> Result<Option<Duration>, Refused> {
    let Some(text) = step.attributes.other.get(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| wrong(name, text, "it must be a number and a unit, like `90s` or `5m`"))
}

fn wrong(name: &str, value: &str, why: &str) -> Refused {
    Refused::Attribute { attribute: format!("{name}={value}"), why: why.to_owned() }
}
