//! `callsheet promql [FILE]`: asks a Prometheus whether a condition holds, outside of a run or as a step of one.

use std::path::PathBuf;

use callsheet_actions::promql::{Condition, Look, PromqlError, describe, hold};
use callsheet_base::{Duration, Secret};

use crate::commands::called;
use crate::context::Context;
use crate::databases;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

const ADDRESS: &str = "CALLSHEET_METRICS_URL";
const USUAL: &str = "PROMETHEUS_URL";

/// Ask a Prometheus whether a condition holds, once or for a while
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without `--metrics` the address is taken from CALLSHEET_METRICS_URL, else PROMETHEUS_URL, else it is the only one of callsheet.toml. As in alert rules, a vector holds \
when it has an element, a scalar when it is not zero. Exit status 1: it does not hold, or nobody answered."
)]
pub struct Args {
    /// The expression; without it, standard input is read
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The store of metrics, by its name in callsheet.toml
    #[arg(long, value_name = "NAME")]
    metrics: Option<String>,
    /// It must hold at every look for this long
    #[arg(long = "for", default_value = "0s", value_name = "TIME")]
    hold: Duration,
    /// Between two looks
    #[arg(long, default_value = "15s", value_name = "TIME")]
    every: Duration,
    /// It need not hold at first for this long
    #[arg(long, default_value = "0s", value_name = "TIME")]
    within: Duration,
}

/// Asks until it has held, or fails.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let (_, expression) = called::text(args.file.as_deref())?;
    let base = address(&args, context)?;
    let condition = Condition {
        expression: expression.trim().to_owned(),
        hold: args.hold.to_std(),
        every: args.every.to_std(),
        within: args.within.to_std(),
    };
    let mut printing = Ok(());
    let mut looked = |look: &Look| {
        let word = if look.holds { "holds" } else { "does not hold" };
        let line = context.screen.data(&format!("{word}: {}\n", describe(&look.samples)));
        if printing.is_ok() {
            printing = line;
        }
    };
    let held = called::block_on(hold(base.expose(), &condition, &mut looked))?;
    printing?;
    match held {
        Ok(()) => Ok(Exit::Done),
        Err(error @ PromqlError::Fails { .. }) => Err(Failure::environment(error.to_string()).exit(Exit::Failed)),
        Err(error) => Err(Failure::environment(error.to_string())
            .exit(Exit::Failed)
            .hint("without an answer nothing is known, so the condition does not count as holding")),
    }
}

fn address(args: &Args, context: &Context) -> Result<Secret<String>, Failure> {
    let given = [ADDRESS, USUAL].into_iter().find_map(databases::variable_of).filter(|_| args.metrics.is_none());
    if let Some(given) = given {
        return Ok(given);
    }
    let settings = Settings::here(context)?;
    let known = &settings.config.metrics;
    let names = || known.keys().cloned().collect::<Vec<_>>().join(", ");
    let (name, source) = match &args.metrics {
        Some(name) => known.get_key_value(name).ok_or_else(|| {
            Failure::user(format!("callsheet.toml has no `[metrics.{name}]`")).hint(format!("it has: {}", names()))
        })?,
        None if known.len() > 1 => {
            return Err(Failure::user("there are several stores of metrics: say which")
                .hint(format!("`--metrics` with one of {}", names())));
        }
        None => known.first_key_value().ok_or_else(|| {
            Failure::user("no store of metrics is named")
                .hint(format!("set {USUAL}, or write `[metrics.NAME]` with `url = \"http://…\"` into callsheet.toml"))
        })?,
    };
    databases::resolved(&source.url, name, &settings, None)
}
