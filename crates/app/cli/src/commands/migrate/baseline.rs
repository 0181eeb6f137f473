//! `callsheet migrate baseline`: revisions marked as applied without being run.

use callsheet_databases::migrate::Options;
use callsheet_migrations::Revision;
use serde_json::json;

use super::open::{Known, Opened};
use super::up::revision;
use super::{Which, open};
use crate::actor;
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;

/// Mark revisions as applied without running them: for a database that is older than its files
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a revision, the history of another tool is taken over: sqlx (`_sqlx_migrations`), Flyway (`flyway_schema_history`), \
dbmate and golang-migrate (`schema_migrations`). That tool's table stays as it is."
)]
pub(super) struct Args {
    /// All up to this revision are in place
    #[arg(value_name = "REV", value_parser = revision, conflicts_with = "accept")]
    up_to: Option<Revision>,
    /// The changed file of this applied revision is the right one
    #[arg(long, value_name = "REV", value_parser = revision)]
    accept: Option<Revision>,
    /// Show what would be marked; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    opened.sound()?;
    let known = opened.known()?;
    let marked = marked(args, &opened, &known)?;
    let screen = context.screen;
    if !args.dry_run {
        let patience = std::time::Duration::from_secs(60);
        let options = Options { patience, out_of_order: false, settle: None, by: actor::current().name };
        opened.with(true, async |database| database.baseline(&opened.set, &marked, &options, &mut |_| {}).await)?;
    }
    match which.format {
        Format::Json => {
            let report = json!({ "schema": "callsheet.migrate/1", "marked": marked, "dry_run": args.dry_run });
            screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            let mut text = String::new();
            for migration in marked.iter().filter_map(|revision| opened.set.find(revision)) {
                text.push_str(&format!("{} {} {}\n", screen.out.green("✓"), migration.revision, migration.name));
            }
            let verb = if args.dry_run { "would be marked as applied" } else { "marked as applied" };
            screen.data(&format!("{text}{} {verb}, nothing was run\n", plural(marked.len(), "revision")))?;
        }
    }
    Ok(Exit::Done)
}

fn marked(args: &Args, opened: &Opened, known: &Known) -> Result<Vec<Revision>, Failure> {
    let missing =
        |revision: &Revision| Failure::user(format!("there is no file of revision {revision} in {}", opened.folder));
    if let Some(accept) = &args.accept {
        let applied = known.history.iter().any(|applied| applied.revision == *accept && applied.is_whole());
        return match (opened.set.find(accept), applied) {
            (None, _) => Err(missing(accept)),
            (_, false) => {
                Err(Failure::user(format!("revision {accept} is not applied, so there is nothing to accept"))
                    .hint("mark it as applied without running it: the same without `--accept`"))
            }
            (Some(migration), true) => Ok(vec![migration.revision.clone()]),
        };
    }
    let is_new = |revision: &Revision| !known.history.iter().any(|applied| applied.revision == *revision);
    let up_to = |last: &Revision| {
        let all = opened.set.migrations.iter().map(|migration| migration.revision.clone());
        all.filter(|revision| revision <= last && is_new(revision)).collect::<Vec<_>>()
    };
    if let Some(last) = &args.up_to {
        return opened.set.find(last).map(|_| up_to(last)).ok_or_else(|| missing(last));
    }
    let Some(foreign) = &known.foreign else {
        return Err(Failure::user("no other tool keeps a history here")
            .hint("say up to where the database is: `callsheet migrate baseline REV`"));
    };
    if let Some(failed) = foreign.failed.first() {
        return Err(Failure::user(format!("{} says that revision {failed} failed on its way", foreign.tool))
            .hint("bring that to an end with the other tool first; nobody else knows how far it came"));
    }
    if let Some(gone) = foreign.revisions.iter().find(|revision| opened.set.find(revision).is_none()) {
        return Err(missing(gone).hint(format!("{} has applied it: put its file back first", foreign.tool)));
    }
    match foreign.revisions.last() {
        Some(last) if foreign.up_to => Ok(up_to(last)),
        _ => Ok(foreign.revisions.clone()),
    }
}
