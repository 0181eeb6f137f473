//! `callsheet migrate validate`: the files by themselves, and against what was applied.

use callsheet_migrations::{Finding, Severity, decide};
use serde_json::json;

use super::{Which, open, show};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;

/// Check the files, and that what was applied is still what they say
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exits 1 if there is an error: duplicate revisions, mixed layouts, SQL that cannot be read, files changed after they were applied, \
files out of order, revisions applied in part."
)]
pub(super) struct Args {
    /// Look at the files alone, without the database
    #[arg(long)]
    files_only: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    let mut found: Vec<Finding> = opened.set.findings.clone();
    if !args.files_only {
        found.extend(decide::differences(&opened.set, &opened.known()?.history));
    }
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error).count();
    match which.format {
        Format::Json => {
            let report = json!({ "schema": "callsheet.migrate/1", "valid": errors == 0, "findings": found });
            context.screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            let mut text: String = found.iter().map(|finding| show::finding(finding, context.screen)).collect();
            let revisions = plural(opened.set.migrations.len(), "revision");
            text.push_str(&format!(
                "{revisions} in {}: {}\n",
                opened.folder,
                if errors == 0 { "in order".to_owned() } else { plural(errors, "error") }
            ));
            context.screen.data(&text)?;
        }
    }
    Ok(if errors == 0 { Exit::Done } else { Exit::Failed })
}
