//! `callsheet backup verify`: a backup is restored into a scratch instance, compared and asked.

use callsheet_backup_tools::{BackupError, Proof, Upto, verify};
use callsheet_backups::{BackupId, Manifest, Verification, newest};
use serde_json::json;

use super::open::{self, Purpose};
use super::{Bar, Opened, Which, clock, failed};
use crate::actor;
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;
use crate::screen::Screen;

/// Prove a backup: restore it into a scratch instance, compare, ask
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The scratch instance is a server of its own on a socket in a temporary folder, and is gone afterwards. Rows are counted and \
their digests compared with those taken inside the backup's snapshot; then the queries of `[databases.NAME.backup]` are asked. Only what passes is \
listed as verified."
)]
pub(super) struct Args {
    /// The backup [default: the newest]
    #[arg(value_name = "ID")]
    id: Option<BackupId>,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::of(which, Purpose::Look, context)?;
    let manifest = chosen(&opened, args.id.as_ref())?;
    let mut bar = Bar::new("restoring", context);
    let proof = proof(&opened, Upto::Backup, false);
    let proved = verify(&opened.repository, &manifest, &proof, &mut |progress| bar.watch(progress));
    bar.clear();
    let verification = proved.map_err(failed)?;
    tell(&verification, which.format, context.screen)?;
    Ok(if verification.holds() { Exit::Done } else { Exit::Failed })
}

/// The backup with that name, or the newest.
pub(crate) fn chosen(opened: &Opened, id: Option<&BackupId>) -> Result<Manifest, Failure> {
    match id {
        Some(id) => {
            let found = opened.repository.manifest(id).map_err(failed)?;
            found.ok_or_else(|| failed(BackupError::NotThere(id.to_string())))
        }
        None => {
            let listed = opened.repository.list().map_err(failed)?;
            let newest = newest(&listed.entries).map(|entry| entry.manifest.clone());
            newest.ok_or_else(|| {
                Failure::user(format!("there is no backup of `{}` in {}", opened.name, opened.repository.describe()))
                    .hint("`callsheet backup create` makes one")
            })
        }
    }
}

/// How this database's backups are proved.
pub(crate) fn proof(opened: &Opened, upto: Upto, drill: bool) -> Proof {
    Proof {
        place: opened.place().ok(),
        upto,
        queries: opened.policy.queries.clone(),
        objectives: opened.policy.objectives,
        folder: std::env::temp_dir(),
        by: actor::current().name,
        drill,
    }
}

/// Says how a proof ended.
pub(crate) fn tell(verification: &Verification, format: Format, screen: Screen) -> Result<(), Failure> {
    if let Format::Json = format {
        let report = json!({ "schema": "callsheet.backup-verification/1", "holds": verification.holds(), "verification": verification });
        return screen.data(&format!("{report:#}\n"));
    }
    let (good, bad) = (screen.out.green("✓"), screen.out.bold_red("✗"));
    let mark = |holds: bool| if holds { &good } else { &bad };
    let mut text = String::new();
    for difference in &verification.differences {
        text.push_str(&format!("{bad} {difference}\n"));
    }
    for answer in &verification.answers {
        let said = answer.said.lines().next().unwrap_or_default();
        text.push_str(&format!("{} {}  {said}\n", mark(answer.good), answer.query));
    }
    let ending = if verification.holds() { "verified" } else { "is NOT what it promises" };
    text.push_str(&format!(
        "{} {} {ending}: restored into {} in {}, {} compared, {} asked; restored now, {} of changes would be lost\n",
        mark(verification.holds()),
        verification.backup,
        verification.scratch,
        clock(verification.measured.rto.to_std()),
        plural(verification.compared, "table or count").replace("table or counts", "tables and counts"),
        plural(verification.answers.len(), "query").replace("querys", "queries"),
        clock(verification.measured.rpo.to_std()),
    ));
    screen.data(&text)?;
    verification.missed.iter().try_for_each(|missed| screen.warn(missed))
}
