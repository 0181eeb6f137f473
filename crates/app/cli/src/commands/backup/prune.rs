//! `callsheet backup prune`: what need not be kept goes.

use callsheet_backup_tools::prune;
use serde_json::json;

use super::open::{self, Purpose};
use super::{Which, failed};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;

/// Let go what need not be kept
#[derive(Debug, clap::Args)]
#[command(
    after_help = "`keep = { last, daily, weekly, monthly }` of `[databases.NAME.backup]` says what stays. The newest backup and the newest verified \
one always stay; segments of PostgreSQL's log go with the last backup that needs them."
)]
pub(super) struct Args {
    /// Show what would go and why the rest stays; remove nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::of(which, Purpose::List, context)?;
    let pruned = prune(&opened.repository, &opened.policy.keep, &opened.work, args.dry_run).map_err(failed)?;
    let screen = context.screen;
    if let Format::Json = which.format {
        let all = pruned.backups.iter().map(|one| json!({ "id": one.id, "kept": !one.why.is_empty(), "why": one.why }));
        let report = json!({
            "schema": "callsheet.backup-prune/1", "dry_run": args.dry_run, "backups": all.collect::<Vec<_>>(), "unfinished": pruned.unfinished,
            "log_segments": pruned.segments,
        });
        screen.data(&format!("{report:#}\n"))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for one in &pruned.backups {
        text.push_str(&match one.why.is_empty() {
            true => format!("{} {}\n", screen.out.yellow("−"), one.id),
            false => format!("{} {}  {}\n", screen.out.green("="), one.id, screen.out.dim(one.why.join(", "))),
        });
    }
    for id in &pruned.unfinished {
        text.push_str(&format!("{} {id}  begun and given up\n", screen.out.yellow("−")));
    }
    let gone = pruned.backups.iter().filter(|one| one.why.is_empty()).count() + pruned.unfinished.len();
    let segments = match pruned.segments {
        0 => String::new(),
        some => format!(" and {}", plural(some, "log segment")),
    };
    let would = if args.dry_run { "would go" } else { "removed" };
    text.push_str(&format!(
        "{}{segments} {would}, {} kept\n",
        plural(gone, "backup"),
        pruned.backups.len() + pruned.unfinished.len() - gone
    ));
    screen.data(&text)?;
    if args.dry_run {
        screen.talk("dry run: nothing was removed\n")?;
    }
    Ok(Exit::Done)
}
