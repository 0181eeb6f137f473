//! `callsheet restore`: a database comes back, beside the live one or in its place.

use std::path::{Path, PathBuf};

use callsheet_backup_tools::{BackupError, Place, Upto, is_empty, restore_beside, restore_in_place};
use callsheet_backups::{BackupId, Kind, Manifest, Way, for_instant};
use jiff::Timestamp;
use serde_json::json;

use super::backup::{Bar, Opened, Purpose, Which, chosen, clock, failed, make, open, size};
use crate::commands::called::Format;
use crate::context::Context;
use crate::databases::variable_of;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances;
use crate::report::plural;
use crate::runbooks::current_folder;
use crate::settings::Settings;

/// Bring a database back, beside the live one or in its place
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "callsheet restore <ID | --latest | --at TIME> [--into DIR | --to URL] [OPTIONS]",
    after_help = "Without --into the live database is replaced: you are asked, or say --yes; in the environment `dev` you are not. What is there is \
backed up first, but not with --to: that database has backups of its own. PostgreSQL and SQLite are replaced in one transaction that is only committed if every table equals the record; MariaDB cannot roll \
definitions back. With --into DIR a server is made in DIR, started once, compared and ended; nothing live is touched."
)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// The backup
    #[arg(value_name = "ID", required_unless_present_any = ["latest", "at"], conflicts_with_all = ["latest", "at"])]
    id: Option<BackupId>,
    /// The newest backup; of PostgreSQL's files: with all of the archived log
    #[arg(long, conflicts_with = "at")]
    latest: bool,
    /// As it was just before this instant: `2026-11-22T10:15:00Z`
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<Timestamp>,
    /// Beside the live one, into this empty folder
    #[arg(long, value_name = "DIR", conflicts_with = "to")]
    into: Option<PathBuf>,
    /// Into another database: its address, or `$NAME` of the environment variable that holds it
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Agree that what is there is replaced
    #[arg(long)]
    yes: bool,
    /// Do not back up first what is there, because it cannot be read any more
    #[arg(long)]
    without_backup: bool,
    /// PostgreSQL: everything belongs to the user who restores
    #[arg(long)]
    no_owner: bool,
    /// Show what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>()
        .map_err(|_| "write an instant with its zone: `2026-11-22T10:15:00Z`, `2026-11-22 12:15:00+02:00`".to_owned())
}

/// Restores.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let opened =
        open(args.which.database.as_deref(), args.which.env.as_deref(), Purpose::Look, &Settings::here(context)?)?;
    let (manifest, upto) = wanted(&args, &opened)?;
    match &args.into {
        Some(folder) => beside(&args, &opened, &manifest, upto, folder, context),
        None => in_place(&args, &opened, &manifest, upto, context),
    }
}

/// Which backup, and up to when.
fn wanted(args: &Args, opened: &Opened) -> Result<(Manifest, Upto), Failure> {
    let Some(at) = args.at else {
        let manifest = chosen(opened, args.id.as_ref())?;
        let upto = if args.latest && manifest.kind == Kind::Physical { Upto::Newest } else { Upto::Backup };
        return Ok((manifest, upto));
    };
    let listed = opened.repository.list().map_err(failed)?;
    match for_instant(&listed.entries, at) {
        Way::Exactly(entry) => Ok((entry.manifest.clone(), Upto::Instant(at))),
        Way::Before { entry, lost } => Err(Failure::user(format!("no backup of `{}` reaches {at} exactly", opened.name))
            .cause("an instant between two backups needs backups of PostgreSQL's files (`kind = \"physical\"`) and its archived log")
            .hint(format!(
                "the nearest before it was made {} earlier: `callsheet restore {}`",
                clock(lost.to_std()),
                entry.manifest.id
            ))),
        Way::No => Err(Failure::user(format!("there is no backup of `{}` from before {at}", opened.name))
            .hint("`callsheet backup list` tells what there is")),
    }
}

fn said(manifest: &Manifest, upto: Upto) -> String {
    let upto = match upto {
        Upto::Backup => String::new(),
        Upto::Newest => ", with all of the archived log".to_owned(),
        Upto::Instant(at) => format!(", up to {at}"),
    };
    format!("{} of {}{upto}", manifest.id, manifest.started.strftime("%Y-%m-%d %H:%M:%SZ"))
}

fn dry_run(what: &str, into: &str, args: &Args, context: &Context) -> Result<Exit, Failure> {
    match args.which.format {
        Format::Json => {
            let report = json!({ "schema": "callsheet.restore/1", "planned": { "backup": what, "into": into } });
            context.screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => context.screen.data(&format!("{what} would be restored into {into}\n"))?,
    }
    context.screen.talk("dry run: nothing was changed\n")?;
    Ok(Exit::Done)
}

fn beside(
    args: &Args,
    opened: &Opened,
    manifest: &Manifest,
    upto: Upto,
    folder: &Path,
    context: &Context,
) -> Result<Exit, Failure> {
    let what = said(manifest, upto);
    if args.dry_run {
        return dry_run(&what, &folder.display().to_string(), args, context);
    }
    let place = opened.place().ok();
    let target = current_folder()?.join(folder);
    let mut bar = Bar::new("restoring", context);
    let restored = restore_beside(&opened.repository, manifest, place.as_ref(), upto, &target, &mut |progress| {
        bar.watch(progress)
    });
    bar.clear();
    let restored = restored.map_err(failed)?;
    let screen = context.screen;
    match args.which.format {
        Format::Json => {
            let report = json!({
                "schema": "callsheet.restore/1", "backup": manifest.id, "into": target, "start": restored.start, "compared": restored.compared,
            });
            screen.data(&format!("{report:#}\n"))
        }
        Format::Text => {
            let mark = screen.out.green("✓");
            screen.data(&format!("{mark} {what}: restored into {} ({})\n", folder.display(), size(manifest.size)))?;
            screen.talk(&format!("it is started by: {}\n", restored.start))
        }
    }?;
    Ok(Exit::Done)
}

fn in_place(args: &Args, opened: &Opened, manifest: &Manifest, upto: Upto, context: &Context) -> Result<Exit, Failure> {
    let place = match &args.to {
        None => opened.place()?,
        Some(to) => target(to, opened)?,
    };
    let what = said(manifest, upto);
    if upto != Upto::Backup || manifest.kind == Kind::Physical {
        return Err(Failure::user("a running server's files cannot be replaced")
            .hint("restore beside it (`--into DIR`), look, then let the service use that one; or dump the one table that you need from it"));
    }
    if args.dry_run {
        return dry_run(&what, &place.describe(), args, context);
    }
    let full = !args.without_backup && !is_empty(&place).map_err(failed)?;
    if (full || args.without_backup) && !agreed(args, opened, manifest, &place, context)? {
        return Err(Failure::user("not agreed to, so nothing was restored").exit(Exit::Denied));
    }
    let own = args.to.is_none();
    let before = if full && own { Some(make(opened, Kind::Logical, context)?) } else { None };
    let screen = context.screen;
    if let (Some(before), Format::Text) = (&before, args.which.format) {
        screen.talk(&format!("what is there now is kept as {}\n", before.id))?;
    }
    let mut bar = Bar::new("restoring", context);
    let owners = !args.no_owner;
    let done = restore_in_place(&opened.repository, manifest, &place, owners, &opened.work, &mut |progress| {
        bar.watch(progress)
    });
    bar.clear();
    let compared = done.map_err(|error| match (&error, &before) {
        (BackupError::HalfWay(_), Some(before)) => {
            failed(error).hint(format!("what was there before: `callsheet restore {}`", before.id))
        }
        _ => failed(error),
    })?;
    match args.which.format {
        Format::Json => {
            let before = before.map(|before| before.id);
            let report = json!({
                "schema": "callsheet.restore/1", "backup": manifest.id, "into": place.describe(), "compared": compared, "before": before,
            });
            screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            let mark = screen.out.green("✓");
            let all = plural(compared, "table or count").replace("table or counts", "tables and counts");
            screen.data(&format!("{mark} {what}: restored into {}, {all} as recorded\n", place.describe()))?;
        }
    }
    Ok(Exit::Done)
}

/// Another database; no password may stand on a command line.
fn target(to: &str, opened: &Opened) -> Result<Place, Failure> {
    if let Some(variable) = to.strip_prefix('$') {
        let url = variable_of(variable)
            .ok_or_else(|| Failure::user(format!("the environment variable `{variable}` is not set")))?;
        return opened.placed(url.expose());
    }
    let authority = to.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default());
    if authority.and_then(|authority| authority.rsplit_once('@')).is_some_and(|(user, _)| user.contains(':')) {
        return Err(Failure::user("the address holds a password, which everybody on this machine can see")
            .hint("put it into an environment variable: `--to '$TARGET_URL'`"));
    }
    opened.placed(to)
}

/// A database whose environment nobody named may be production's.
fn agreed(
    args: &Args,
    opened: &Opened,
    manifest: &Manifest,
    place: &Place,
    context: &Context,
) -> Result<bool, Failure> {
    let environment = args.which.env.clone().or_else(instances::of_the_run);
    let environment = environment.unwrap_or_else(|| "an environment that is not named".to_owned());
    let age = std::time::Duration::try_from(Timestamp::now().duration_since(manifest.started)).unwrap_or_default();
    let question = format!(
        "everything in {} ({}) would be replaced by what it was {} ago, and later changes be lost",
        place.describe(),
        opened.name,
        clock(age)
    );
    let question = match args.to {
        None => question,
        Some(_) => format!("{question}; no backup of it is made before"),
    };
    let question = if context.screen.interactive { format!("{question}. Go on?") } else { question };
    instances::may(&question, &environment, args.yes, context)
}
