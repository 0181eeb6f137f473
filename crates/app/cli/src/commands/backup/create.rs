//! `callsheet backup create`: one more backup.

use callsheet_backup_tools::{Creation, create};
use callsheet_backups::{Kind, Manifest};
use serde_json::json;

use super::open::{self, Purpose};
use super::{Bar, Opened, Which, failed, show};
use crate::actor;
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Make a backup
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Rows (`logical`) or the server's files (`physical`, PostgreSQL) [default: as callsheet.toml says]
    #[arg(long, value_enum, value_name = "KIND", hide_possible_values = true)]
    kind: Option<KindArg>,
    /// Show what would be done; make nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum KindArg {
    Logical,
    Physical,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::of(which, if args.dry_run { Purpose::Look } else { Purpose::Keep }, context)?;
    let kind = args.kind.map_or(opened.policy.kind, |kind| match kind {
        KindArg::Logical => Kind::Logical,
        KindArg::Physical => Kind::Physical,
    });
    if args.dry_run {
        return dry_run(&opened, kind, which, context);
    }
    let manifest = make(&opened, kind, context)?;
    let screen = context.screen;
    match which.format {
        Format::Json => {
            let entry = callsheet_backups::Entry { manifest, verification: None };
            let report = json!({ "schema": "callsheet.backup-made/1", "backup": show::entry_json(&entry) });
            screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            let mark = screen.out.green("✓");
            screen.data(&format!("{mark} {}  {}\n", manifest.id, show::manifest(&manifest)))?;
            careless(&opened, screen)?;
        }
    }
    Ok(Exit::Done)
}

fn careless(opened: &Opened, screen: Screen) -> Result<(), Failure> {
    if opened.repository.is_encrypted() {
        return Ok(());
    }
    screen.talk(&format!(
        "{}: whoever reads {} reads the database; `callsheet backup new-key` makes a key to encrypt it with\n",
        screen.err.bold_cyan("note"),
        opened.repository.describe()
    ))
}

fn dry_run(opened: &Opened, kind: Kind, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let place = opened.place()?.describe();
    let to = opened.repository.describe();
    let screen = context.screen;
    match which.format {
        Format::Json => {
            let report = json!({ "schema": "callsheet.backup-made/1", "planned": { "database": opened.name, "place": place, "kind": kind, "to": to } });
            screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            let encrypted = if opened.repository.is_encrypted() { "encrypted" } else { "not encrypted" };
            screen.data(&format!("{place}, {}, would go to {to}, {encrypted}\n", kind.word()))?;
        }
    }
    screen.talk("dry run: nothing was made\n")?;
    Ok(Exit::Done)
}

/// Makes a backup and tells how far it is.
pub fn make(opened: &Opened, kind: Kind, context: &Context) -> Result<Manifest, Failure> {
    let creation = Creation { place: opened.place()?, kind, folder: opened.work.clone(), by: actor::current().name };
    let mut bar = Bar::new("backing up", context);
    let made = create(&opened.repository, &creation, &mut |progress| bar.watch(progress));
    bar.clear();
    made.map_err(failed)
}
