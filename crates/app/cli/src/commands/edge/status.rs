//! `callsheet edge status`: how the edge is.

use std::path::Path;

use callsheet_edge::{EdgeClient, socket};

use super::{edge_failure, print};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Show what the edge listens on, where requests go and how instances fare
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print its metrics as Prometheus reads them instead
    #[arg(long)]
    metrics: bool,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

/// Asks it.
pub fn execute(args: &Args, state: &Path, context: &Context) -> Result<Exit, Failure> {
    let mut edge = EdgeClient::new(&socket(state));
    if args.metrics {
        context.screen.data(&edge.metrics().map_err(edge_failure)?)?;
    } else {
        print(&edge.status().map_err(edge_failure)?, args.format, context)?;
    }
    Ok(Exit::Done)
}
