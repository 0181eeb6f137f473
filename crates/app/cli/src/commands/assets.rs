//! `callsheet assets publish BUILT SERVED`: a built front end goes live without breaking pages that are open.

use std::path::PathBuf;

use callsheet_actions::assets::{AssetsError, publish};
use callsheet_base::{Duration, Timestamp};
use serde_json::json;

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Publish a built front end without breaking pages that are open
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Copy a build into the folder that is served: files named by their content first, pages last, old files kept for a while
    Publish(Publish),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Only files that this command put there are ever removed. To go back, publish the build before."
)]
struct Publish {
    /// What was built
    #[arg(value_name = "BUILT")]
    built: PathBuf,
    /// What is served
    #[arg(value_name = "SERVED")]
    served: PathBuf,
    /// How long files of earlier builds stay for pages that are open
    #[arg(long, value_name = "DURATION", default_value = "7d")]
    keep: Duration,
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

/// Publishes and prints what was done.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let Command::Publish(args) = args.command;
    let done = publish(&args.built, &args.served, args.keep, Timestamp::now(), args.dry_run).map_err(refused)?;
    let printed = match args.format {
        Format::Json => {
            let report = json!({"schema": "callsheet.assets/1", "dry_run": args.dry_run, "published": done});
            format!("{report:#}\n")
        }
        Format::Text => {
            let listed = |word: &str, paths: &[PathBuf]| -> String {
                paths.iter().map(|path| format!("{word} {}\n", path.display())).collect()
            };
            let would = if args.dry_run { "would " } else { "" };
            format!(
                "{}{}{} of {} files are new, {} of earlier builds stay\n",
                listed(&format!("{would}write"), &done.written),
                listed(&format!("{would}remove"), &done.removed),
                done.written.len(),
                done.files,
                done.kept
            )
        }
    };
    context.screen.data(&printed)?;
    Ok(Exit::Done)
}

fn refused(error: AssetsError) -> Failure {
    let hint = match &error {
        AssetsError::NoIndex(_) => "build the front end first, or name the folder that holds its index.html",
        AssetsError::Clash(_) => "the two builds differ beneath one name: let the bundler name files by their content",
        AssetsError::Manifest(_) | AssetsError::File { .. } => {
            "what was served before is still served; mend it and publish again"
        }
    };
    Failure::environment(error.to_string()).because_of(&error).exit(Exit::Failed).hint(hint)
}
