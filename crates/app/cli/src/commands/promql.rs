//! `callsheet promql [FILE]`: asks a Prometheus whether a condition holds, outside of a run or as a step of one.

use std::path::PathBuf;

use callsheet_actions::promql::{Condition, Look, PromqlError, describe, hold};
use callsheet_base::Duration;

use crate::commands::called;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

const ADDRESS: &str = "CALLSHEET_METRICS_URL";
const USUAL: &str = "PROMETHEUS_URL";

/// Ask a Prometheus whether a condition holds, once or for a while
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The address is taken from CALLSHEET_METRICS_URL, else PROMETHEUS_URL. As in alert rules, a vector holds \
when it has an element, a scalar when it is not zero. Exit status 1: it does not hold, or nobody answered."
)]
pub struct Args {
    /// The expression; without it, standard input is read
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
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
    let base = std::env::var(ADDRESS).or_else(|_| std::env::var(USUAL)).map_err(|_| {
        Failure::user("no store of metrics is named")
            .hint(format!("set the environment variable {USUAL}, or {ADDRESS}"))
    })?;
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
    let held = called::block_on(hold(&base, &condition, &mut looked))?;
    printing?;
    match held {
        Ok(()) => Ok(Exit::Done),
        Err(error @ PromqlError::Fails { .. }) => Err(Failure::environment(error.to_string()).exit(Exit::Failed)),
        Err(error) => Err(Failure::environment(error.to_string())
            .exit(Exit::Failed)
            .hint("without an answer nothing is known, so the condition does not count as holding")),
    }
}
