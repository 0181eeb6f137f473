//! `callsheet backup list`: what there is, what was proved, what is overdue.

use callsheet_backup_tools::Listed;
use callsheet_backups::{Overdue, overdue};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::open::{self, Purpose};
use super::{Opened, Which, failed, show};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;
use crate::screen::Screen;
use crate::settings::Settings;

/// List the backups, whether each was proved, and what is overdue
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --check the exit status is 1 if anything is overdue, failed its proof, or is not believed: for a schedule or an alert."
)]
pub(super) struct Args {
    /// Exit with 1 if anything is overdue or wrong
    #[arg(long)]
    check: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let names: Vec<Option<String>> = match &which.database {
        Some(name) => vec![Some(name.clone())],
        None if settings.config.databases.is_empty() => vec![None],
        None => settings.config.databases.keys().cloned().map(Some).collect(),
    };
    let screen = context.screen;
    let mut reports = Vec::new();
    let mut well = true;
    for name in names {
        let opened = open::open(name.as_deref(), which.env.as_deref(), Purpose::List, &settings)?;
        let listed = opened.repository.list().map_err(failed)?;
        let overdue = overdue(&listed.entries, &opened.policy, Timestamp::now());
        well &= overdue.is_empty() && listed.broken.is_empty();
        match which.format {
            Format::Json => reports.push(json(&opened, &listed, &overdue)),
            Format::Text => text(&opened, &listed, &overdue, screen)?,
        }
    }
    if let Format::Json = which.format {
        let report = json!({ "schema": "callsheet.backups/1", "databases": reports });
        screen.data(&format!("{report:#}\n"))?;
    }
    Ok(if args.check && !well { Exit::Failed } else { Exit::Done })
}

fn text(opened: &Opened, listed: &Listed, overdue: &[Overdue], screen: Screen) -> Result<(), Failure> {
    let (name, place) = (screen.out.bold(&opened.name), opened.repository.describe());
    screen.data(&format!("{name}: {} in {place}\n", plural(listed.entries.len(), "backup")))?;
    for entry in listed.entries.iter().rev() {
        let manifest = &entry.manifest;
        let rows = if manifest.contents.is_empty() {
            String::new()
        } else {
            plural(usize::try_from(manifest.rows()).unwrap_or(usize::MAX), "row")
        };
        let proved = show::proved(entry.verification.as_ref());
        let proved = match (&entry.verification, entry.is_verified()) {
            (None, _) => screen.out.dim(proved),
            (Some(_), true) => screen.out.green(proved),
            (Some(_), false) => screen.out.bold_red(proved),
        };
        screen.data(&format!(
            "  {}  {:<8}  {:>9}  {rows:>12}  {proved}\n",
            manifest.id,
            manifest.kind.word(),
            show::size(manifest.stored())
        ))?;
    }
    for broken in &listed.broken {
        screen.data(&format!("  {}  {}\n", broken.id, screen.out.bold_red(format!("not believed: {}", broken.why))))?;
    }
    if !listed.unfinished.is_empty() {
        screen.talk(&format!("{} begun and not finished: no backups\n", plural(listed.unfinished.len(), "other")))?;
    }
    overdue.iter().try_for_each(|one| screen.warn(&format!("{}: {one}", opened.name)))
}

fn json(opened: &Opened, listed: &Listed, overdue: &[Overdue]) -> Value {
    let broken = listed.broken.iter().map(|broken| json!({ "id": broken.id, "why": broken.why.to_string() }));
    json!({
        "database": opened.name,
        "storage": opened.repository.describe(),
        "backups": listed.entries.iter().map(show::entry_json).collect::<Vec<_>>(),
        "broken": broken.collect::<Vec<_>>(),
        "unfinished": listed.unfinished,
        "overdue": overdue.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
