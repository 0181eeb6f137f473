//! `callsheet migrate with`: migrations that another tool does, under our lock, after our backup, with what its own table says before and after.

use std::os::fd::AsFd as _;
use std::process::{Command, Stdio};

use callsheet_backups::Kind;
use callsheet_base::Duration;
use callsheet_databases::Address;
use callsheet_databases::migrate::{Database, Event, Heads, MigrateError, Options, Watched};
use callsheet_runbook::dangers;
use serde_json::json;

use super::{Which, failed, open};
use crate::actor;
use crate::commands::backup;
use crate::commands::called::{Format, block_on};
use crate::context::Context;
use crate::databases;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances;
use crate::settings::Settings;

/// Have another tool migrate: Alembic, Prisma, Knex, Rails
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "callsheet migrate with [OPTIONS] -- COMMAND…",
    after_help = "For projects whose migrations are not SQL files: `callsheet migrate with --backup -- alembic upgrade head`. Their command runs in the \
repository's root while Callsheet holds its migration lock (SQLite has none), so that two never migrate at once; DATABASE_URL is the database's address unless it is set. What the \
tool's own table says is shown before and after. A command that is known to undo or destroy, such as `alembic downgrade`, asks first, as `migrate down` does."
)]
pub(super) struct Args {
    /// Back the database up first
    #[arg(long)]
    backup: bool,
    /// How long the lock is waited for
    #[arg(long, default_value = "1m", value_name = "TIME")]
    patience: Duration,
    /// Agree to what is undone or destroyed
    #[arg(long)]
    yes: bool,
    /// Show what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
    /// The tool's command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let named = databases::find(which.database.as_deref(), &settings)?;
    let url = named.url(&settings, which.env.as_deref())?;
    let address = open::address(which, &settings)?;
    let shown = args.command.join(" ");
    let screen = context.screen;
    if args.dry_run {
        screen.data(&format!("`{shown}` would run on {}\n", address.describe()))?;
        if let Some(destroys) = destroys(&args.command) {
            screen.data(&format!("it would {destroys}, so it would be asked about first\n"))?;
        }
        screen.talk("dry run: nothing was changed\n")?;
        return Ok(Exit::Done);
    }
    agreed(args, which, &address, context)?;
    let configured =
        named.config.and_then(|config| config.backup.as_ref()).is_some_and(|policy| policy.before_migrations);
    let is_there = !matches!(&address, Address::Sqlite(path) if !path.exists());
    if (args.backup || configured) && is_there {
        let backups = backup::open(which.database.as_deref(), which.env.as_deref(), backup::Purpose::Keep, &settings)?;
        let manifest = backup::make(&backups, Kind::Logical, context)?;
        screen.talk(&format!("backed up as {}: `callsheet restore {0}` brings this state back\n", manifest.id))?;
    }
    let (program, arguments) = args.command.split_first().ok_or_else(|| Failure::user("no command is given"))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&settings.root).stdin(Stdio::inherit());
    if std::env::var_os("DATABASE_URL").is_none() {
        command.env("DATABASE_URL", url.expose());
    }
    if let Format::Json = which.format {
        let error = std::io::stderr().as_fd().try_clone_to_owned();
        command.stdout(error.map_err(|error| Failure::environment("cannot use stderr twice").because(&error))?);
    }
    let by = actor::current().name;
    let options = Options { patience: args.patience.to_std(), out_of_order: false, settle: None, by };
    let mut watch = |event: Event| {
        if let Event::Waiting(what) = event {
            // It goes on whether anybody reads of it or not.
            let _said = screen.talk(&format!("{} {what}; waiting\n", screen.err.bold_yellow("…")));
        }
    };
    let all = async {
        let mut database = Database::connect(&address, true).await?;
        let Watched { before, done, mut after } =
            database.under_lock(&options, &mut watch, async || command.status()).await?;
        if after.is_err() {
            // The connection idled as long as the tool worked; somebody may have cut it.
            after = asked_again(&address).await;
        }
        database.close().await;
        Ok::<_, MigrateError>(Watched { before, done, after })
    };
    let Watched { before, done, after } = block_on(all)?.map_err(failed::migrate)?;
    let ended = done.map_err(|error| Failure::user(format!("`{program}` cannot be started")).because(&error))?;
    tell(&shown, &Watched { before, done: ended, after }, which, context)
}

async fn asked_again(address: &Address) -> Result<Option<Heads>, MigrateError> {
    let mut database = Database::connect(address, true).await?;
    let after = database.heads().await;
    database.close().await;
    after
}

/// What a command that is known to do so takes away.
fn destroys(command: &[String]) -> Option<&'static str> {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    Some(match dangers::of_one(&words)? {
        "downgrade-schema" => "undo migrations, and what they added is lost",
        "drop-database" => "destroy what is there",
        _ => "destroy something, or force it",
    })
}

/// A database whose environment nobody named may be production's.
fn agreed(args: &Args, which: &Which, address: &Address, context: &Context) -> Result<(), Failure> {
    let Some(destroys) = destroys(&args.command) else { return Ok(()) };
    let environment = which.env.clone().or_else(instances::of_the_run);
    let environment = environment.unwrap_or_else(|| "an environment that is not named".to_owned());
    let question = format!("`{}` would {destroys}, in {}", args.command.join(" "), address.describe());
    let question = if context.screen.interactive { format!("{question}. Go on?") } else { question };
    match instances::may(&question, &environment, args.yes, context)? {
        true => Ok(()),
        false => Err(Failure::user("not agreed to, so nothing was run").exit(Exit::Denied)),
    }
}

fn tell(
    shown: &str,
    Watched { before, done: ended, after }: &Watched<std::process::ExitStatus>,
    which: &Which,
    context: &Context,
) -> Result<Exit, Failure> {
    let (now, unknown) = match after {
        Ok(now) => (now.as_ref(), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let applied = |heads: Option<&Heads>| heads.map(|heads| heads.applied.clone());
    let failed = now.map(|heads| heads.failed.clone()).unwrap_or_default();
    let tool = now.or(before.as_ref()).map(|heads| heads.tool);
    if let Format::Json = which.format {
        let report = json!({
            "schema": "callsheet.migrate-with/1", "command": shown, "done": ended.success(), "tool": tool,
            "before": applied(before.as_ref()), "after": applied(now), "failed": failed, "unknown": unknown,
        });
        context.screen.data(&format!("{report:#}\n"))?;
    }
    let whereabouts = match (tool, &unknown) {
        (_, Some(why)) => format!("what is applied now could not be read: {why}"),
        (Some(tool), None) => {
            format!("{tool}: {} before, {} now{}", words(before.as_ref()), words(now), halves(&failed))
        }
        (None, None) => "no table of a tool that is known here tells what is applied".to_owned(),
    };
    if !ended.success() {
        let failure = Failure::user(format!("`{shown}` ended with {ended}")).cause(whereabouts);
        return Err(failure.exit(Exit::Failed));
    }
    if unknown.is_some() || !failed.is_empty() {
        let failure = Failure::environment(format!("`{shown}` ended well, and whether all is applied is not known"));
        let failure = failure.cause(whereabouts).exit(Exit::Failed);
        return Err(match failed.first() {
            Some(_) => failure.hint("mend what failed as the tool wants it, then run it again"),
            None => failure.hint("ask the tool itself how far it came"),
        });
    }
    if let Format::Text = which.format {
        context.screen.data(&format!("{} `{shown}`; {whereabouts}\n", context.screen.out.green("✓")))?;
    }
    Ok(Exit::Done)
}

/// The newest ones; of many only how many.
fn words(heads: Option<&Heads>) -> String {
    match heads.map(|heads| heads.applied.as_slice()) {
        None | Some([]) => "nothing".to_owned(),
        Some([one]) => one.clone(),
        Some([others @ .., last]) => format!("{last} and {} more", others.len()),
    }
}

fn halves(failed: &[String]) -> String {
    match failed {
        [] => String::new(),
        [one] => format!("; {one} is marked as failed"),
        several => format!("; {} are marked as failed", several.join(", ")),
    }
}
