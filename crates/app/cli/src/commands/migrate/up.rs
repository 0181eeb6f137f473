//! `callsheet migrate up`: what is missing is applied.

use callsheet_backups::Kind;
use callsheet_databases::Address;
use callsheet_migrations::compatible::Held;
use callsheet_migrations::{Goal, Revision};

use super::open::Opened;
use super::travel::{self, TravelArgs};
use super::{Which, held, open};
use crate::commands::backup;
use crate::context::Context;
use crate::databases;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// Apply what is missing, up to the newest revision or to one
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Up to this revision [default: the newest]
    #[arg(long, value_name = "REV", value_parser = revision)]
    to: Option<Revision>,
    /// Apply files older than the newest applied revision, too
    #[arg(long)]
    out_of_order: bool,
    /// Apply also what takes something away from a release that still runs
    #[arg(long)]
    regardless: bool,
    /// Back the database up before the first step
    #[arg(long)]
    backup: bool,
    #[command(flatten)]
    travel: TravelArgs,
}

pub(super) fn revision(text: &str) -> Result<Revision, String> {
    Revision::parse(text).ok_or_else(|| "write a revision as its file's name begins: `0007`".to_owned())
}

pub(super) fn execute(args: Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    opened.sound()?;
    let known = opened.known()?;
    let waits = match args.regardless {
        true => None,
        false => held::first(&opened, &known, which, context)?,
    };
    let goal = match waits {
        None => Goal::Up(args.to),
        Some(waits) => before(&waits, args.to, &opened, context)?,
    };
    if args.travel.dry_run {
        let steps = travel::planned(&opened, &known, &goal, args.out_of_order)?;
        return travel::dry_run(&opened, &steps, which, context);
    }
    backed_up(args.backup, &opened, &known, &goal, args.out_of_order, which, context)?;
    travel::go(&opened, &goal, &args.travel.options(args.out_of_order), which, context)
}

/// Up to what waits for a release to be gone.
fn before(waits: &Held, to: Option<Revision>, opened: &Opened, context: &Context) -> Result<Goal, Failure> {
    let Held { revision, name, version } = waits;
    let why = format!(
        "revision {revision} {name} takes something away, and version {version}, which may need it, still runs"
    );
    if let Some(to) = to {
        return match to < *revision {
            true => Ok(Goal::Up(Some(to))),
            false => Err(Failure::user(why).exit(Exit::Failed).hint(
                "bring out a release that does without it first, and let the older instances end; or say `--regardless`",
            )),
        };
    }
    context.screen.talk(&format!("{why}: it waits until that is gone\n"))?;
    let last = opened.set.migrations.iter().rev().find(|migration| migration.revision < *revision);
    match last {
        Some(last) => Ok(Goal::Up(Some(last.revision.clone()))),
        None => Err(Failure::user("nothing else is to be applied before it").exit(Exit::Failed)),
    }
}

/// A backup before the first step, if it is asked for here or in callsheet.toml, and if there is anything to do.
fn backed_up(
    asked: bool,
    opened: &Opened,
    known: &open::Known,
    goal: &Goal,
    out_of_order: bool,
    which: &Which,
    context: &Context,
) -> Result<(), Failure> {
    let settings = Settings::here(context)?;
    let named = databases::find(which.database.as_deref(), &settings)?;
    let configured =
        named.config.and_then(|config| config.backup.as_ref()).is_some_and(|policy| policy.before_migrations);
    if !asked && !configured {
        return Ok(());
    }
    if matches!(&opened.address, Address::Sqlite(path) if !path.exists()) {
        return Ok(());
    }
    if travel::planned(opened, known, goal, out_of_order)?.is_empty() {
        return Ok(());
    }
    let backups = backup::open(which.database.as_deref(), which.env.as_deref(), backup::Purpose::Keep, &settings)?;
    let manifest = backup::make(&backups, Kind::Logical, context)?;
    context.screen.talk(&format!("backed up as {}: `callsheet restore {0}` brings this state back\n", manifest.id))
}
