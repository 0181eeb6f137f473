//! `callsheet state backup|restore|prune|check`: the state folder's upkeep.

use std::path::{Path, PathBuf};

use callsheet_base::Duration;
use callsheet_journal_sqlite::restore;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;
use crate::settings::Settings;
use crate::state::{self, journal_failure};

/// Back up, restore, prune or check the state folder
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Copy the journal and output to a new folder while everything runs on
    Backup {
        /// A folder that is not there yet
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Make the state folder from a backup, where there is none
    Restore {
        /// The backup
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Remove the output of runs that ended long ago; their records, plans and runbooks stay
    Prune {
        /// How long ago
        #[arg(long, value_name = "DURATION", default_value = "90d")]
        older_than: Duration,
    },
    /// Read everything and prove every chain
    Check,
}

/// Does one of them.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    match args.what {
        What::Backup { dir } => backup(&settings, &dir, context),
        What::Restore { dir } => restore_from(&settings, &dir, context),
        What::Prune { older_than } => prune(&settings, older_than, context),
        What::Check => check(&settings, context),
    }
}

fn backup(settings: &Settings, dir: &Path, context: &Context) -> Result<Exit, Failure> {
    let report = state::open(settings)?.backup(dir).map_err(|error| {
        Failure::environment("the backup was not made")
            .because(&error)
            .hint("name a folder that is not there yet, on a disk with room")
    })?;
    let words = format!(
        "backed up {} of journal and {} to {}\n",
        size(report.journal_bytes),
        plural(report.blobs as usize, "output"),
        dir.display()
    );
    context.screen.talk(&words)?;
    Ok(Exit::Done)
}

fn restore_from(settings: &Settings, dir: &Path, context: &Context) -> Result<Exit, Failure> {
    let report = restore(dir, &settings.state).map_err(|error| {
        Failure::environment("the backup was not restored").because(&error).hint(format!(
            "restoring overwrites nothing: move `{}` away first if it is there",
            settings.state.display()
        ))
    })?;
    let words = format!(
        "restored {} of journal and {} to {}\n",
        size(report.journal_bytes),
        plural(report.blobs as usize, "output"),
        settings.state.display()
    );
    context.screen.talk(&words)?;
    Ok(Exit::Done)
}

fn prune(settings: &Settings, older_than: Duration, context: &Context) -> Result<Exit, Failure> {
    let pruned = state::open(settings)?
        .prune(older_than)
        .map_err(|error| Failure::environment("old output was not removed").because(&error))?;
    let words = format!(
        "removed {} ({}) of {} that ended more than {older_than} ago\n",
        plural(pruned.blobs as usize, "output"),
        size(pruned.bytes),
        plural(pruned.runs as usize, "run")
    );
    context.screen.talk(&words)?;
    Ok(Exit::Done)
}

/// Every run is proved and read back; each fault is told, none hides another.
fn check(settings: &Settings, context: &Context) -> Result<Exit, Failure> {
    let folder = state::open(settings)?;
    let runs = folder.runs(false, usize::MAX).map_err(|error| journal_failure(&error))?;
    let mut faults = Vec::new();
    for summary in &runs {
        if let Err(fault) = folder.verify(summary.run).map_err(|error| journal_failure(&error))? {
            faults.push(fault.to_string());
        } else if let Err(error) = folder.replay(summary.run, |_, _, _| {}) {
            faults.push(error.to_string());
        }
    }
    let paint = context.screen.out;
    if faults.is_empty() {
        let words =
            format!("{} {}: every chain holds, every run can be read\n", paint.green("✓"), plural(runs.len(), "run"));
        context.screen.data(&words)?;
        return Ok(Exit::Done);
    }
    let lines: String = faults.iter().map(|fault| format!("{} {fault}\n", paint.red("✗"))).collect();
    context.screen.data(&lines)?;
    Ok(Exit::Failed)
}

/// Bytes for a person.
fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} bytes"),
        10_000..=9_999_999 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
