//! `callsheet edge stop`: ends the edge in good order.

use std::path::Path;
use std::time::{Duration, Instant};

use callsheet_edge::{EdgeClient, EdgeError, socket};
use serde_json::json;

use super::edge_failure;
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// End the edge: it listens no more, and requests have the drain window's time to end
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

/// Longer than any sensible drain window.
const LONGEST: Duration = Duration::from_secs(600);

/// Stops it, and waits until it has ended.
pub fn execute(args: &Args, state: &Path, context: &Context) -> Result<Exit, Failure> {
    let mut edge = EdgeClient::new(&socket(state));
    let pid = edge.status().map_err(edge_failure)?.pid;
    match edge.stop() {
        // One without connections may be gone before its answer is read.
        Ok(()) | Err(EdgeError::Unreachable { .. }) => {}
        Err(error) => return Err(edge_failure(error)),
    }
    let until = Instant::now() + LONGEST;
    while !matches!(edge.status(), Err(EdgeError::Unreachable { .. })) {
        if Instant::now() > until {
            return Err(Failure::environment(format!("process {pid} does not end")));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    match args.format {
        Format::Text => context.screen.talk(&format!("stopped process {pid}\n"))?,
        Format::Json => context.screen.data(&format!("{}\n", json!({ "stopped": pid })))?,
    }
    Ok(Exit::Done)
}
