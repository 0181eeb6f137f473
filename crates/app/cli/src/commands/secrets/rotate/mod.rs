//! `callsheet secrets rotate NAME`: the value in use is replaced by a new one, without losing a login. As a run with its record; as a line
//! of a runbook it goes on where a crash left it, and does nothing where its own run has done it already.

mod begin;
mod commands;
mod say;
mod stagehand;

use callsheet_base::{Duration, Timestamp};
use callsheet_secret_stores::rotate::{Course, Driven, apply, drive};
use callsheet_secrets::rotation::{Ended, Event, Rotation, Stage, Way};
use callsheet_secrets::{How, SecretName};

use super::desk::{self, Desk};
use super::{Which, set};
use crate::commands::releasing::{self, Beginning};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::standing::within_a_run;

/// Replace the value in use by a new one, without losing a login
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Old and new are valid together; instances are started anew one after the other; the old one is revoked after a login with the new one \
succeeded and the last use of the old one was seen. The book knows each stage before it happens: after a crash the same command goes on. Exits 0 done, 1 a stage \
failed, 3 something is still waited for, 5 it may not begin now."
)]
pub(super) struct Args {
    /// The secret
    #[arg(value_name = "NAME")]
    name: SecretName,
    /// Why; kept in the record
    #[arg(long, value_name = "WHY", default_value = "")]
    why: String,
    /// Begin outside of the window, and before staging, for this reason
    #[arg(long, value_name = "WHY")]
    emergency: Option<String>,
    /// Take it back: the old value is in use again, the new one is revoked
    #[arg(long)]
    abort: bool,
    /// Stop when this is done: `promote`, `roll`, `verify`; the same command without it goes on
    #[arg(long, value_name = "STAGE", value_parser = stage)]
    until: Option<Stage>,
    /// Leave the old one valid no longer than it takes: whoever still uses it is turned away
    #[arg(long)]
    at_once: bool,
    /// The old one was revoked at the provider; only for those that a person rotates
    #[arg(long)]
    revoked: bool,
    /// How long to wait for the overlap, or for the last use of the old one
    #[arg(long, value_name = "TIME", default_value = "10m")]
    patience: Duration,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
    /// Say what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
}

fn stage(text: &str) -> Result<Stage, String> {
    match text {
        "store" => Ok(Stage::Store),
        "promote" | "promoted" => Ok(Stage::Promote),
        "roll" | "rolled" => Ok(Stage::Roll),
        "verify" | "verified" => Ok(Stage::Verify),
        _ => Err("write `store`, `promote`, `roll` or `verify`".to_owned()),
    }
}

/// Begins a rotation, or goes on with the one under way.
pub(super) fn execute(args: Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    desk.may(&args.name)?;
    let entry = desk.entry(&args.name)?;
    if args.dry_run {
        return say::dry_run(&args, &desk, &entry, which, context);
    }
    if args.abort && entry.rotation.is_none() {
        return Err(Failure::user(format!("no rotation of {} is under way", args.name)));
    }
    if within_a_run() {
        return carry_out(&args, &desk, context);
    }
    // What cannot begin is said before a run is made of it.
    if entry.rotation.is_none() {
        entry
            .clone()
            .begin(begin::beginning(&args, &desk, &entry)?)
            .map_err(|refusal| begin::refused(&args, refusal))?;
        begin::used_by_somebody(&desk, &args.name)?;
    }
    if let How::Manual { .. } = desk.keyring.settings(&args.name).how {
        given(&args, &desk, context)?;
    }
    let services = desk.keyring.settings(&args.name).services;
    let service = services.first().map_or("secrets", String::as_str);
    let how = Beginning {
        env: Some(desk.environment.clone()),
        why: Some(args.emergency.clone().unwrap_or_else(|| args.why.clone())),
        yes: args.yes,
        ..Beginning::default()
    };
    let needed = desk.settings.config.service_in(service, &desk.environment).map(|spec| spec.secrets.clone());
    let exit =
        releasing::carry_out_with("Rotate", service, &line(&args, &desk)?, &needed.unwrap_or_default(), how, context)?;
    say::stands(&args, &desk, which, context)?;
    Ok(exit)
}

/// A value that only a person has is asked for before the run begins: a step has nobody to ask.
fn given(args: &Args, desk: &Desk, context: &Context) -> Result<(), Failure> {
    let entry = desk.entry(&args.name)?;
    let stored = entry.rotation.as_ref().is_some_and(|rotation| rotation.finished().contains(&Stage::Store));
    if stored || args.abort {
        return Ok(());
    }
    let value = set::value(&format!("new value of {} for {} (not shown): ", args.name, desk.environment), context)?;
    if entry.rotation.is_none() {
        begin::begin(args, desk)?;
    }
    let number = desk.entry(&args.name)?.rotation.map_or(0, |rotation| rotation.to());
    desk.keyring.keep(&args.name, number, &value).map_err(desk::failure)?;
    let finished = Event::Finished(Stage::Store, Timestamp::now());
    apply(&desk.keyring, &args.name, &finished).map_err(|error| Failure::environment(error.to_string()))
}

/// The same as a line of a runbook.
fn line(args: &Args, desk: &Desk) -> Result<String, Failure> {
    let quoted = releasing::quoted;
    let mut line = format!("callsheet secrets rotate {} --env {}", args.name, quoted(&desk.environment)?);
    for (option, value) in
        [("--why", Some(&args.why).filter(|why| !why.is_empty())), ("--emergency", args.emergency.as_ref())]
    {
        if let Some(value) = value {
            line.push_str(&format!(" {option} {}", quoted(value)?));
        }
    }
    for (option, said) in [("--abort", args.abort), ("--at-once", args.at_once), ("--revoked", args.revoked)] {
        if said {
            line.push_str(&format!(" {option}"));
        }
    }
    if let Some(until) = args.until {
        line.push_str(&format!(" --until {until}"));
    }
    Ok(format!("{line} --patience {} --yes", args.patience))
}

/// Within a run.
fn carry_out(args: &Args, desk: &Desk, context: &Context) -> Result<Exit, Failure> {
    let name = &args.name;
    let entry = desk.entry(name)?;
    if entry.rotation.is_none() {
        let own = begin::run();
        let done = |last: &Ended| last.run == own && last.way == Way::Forth;
        if own.is_some() && entry.last.as_ref().is_some_and(done) {
            context.screen.talk(&format!("{name}: this run has rotated it already\n"))?;
            return Ok(Exit::Done);
        }
        begin::used_by_somebody(desk, name)?;
        begin::begin(args, desk)?;
    }
    if args.abort {
        abort(args, desk)?;
    }
    let settings = desk.keyring.settings(name);
    let course = Course {
        overlap: if args.at_once { Duration::ZERO } else { settings.overlap },
        until: args.until.filter(|_| !args.abort),
        patience: args.patience.to_std(),
        locks: desk.settings.state.join("secrets"),
    };
    let mut stagehand = stagehand::Stagehand::new(args, desk, &settings, context);
    let driven = drive(&desk.keyring, name, &course, &mut stagehand).map_err(|error| say::failed(args, desk, error))?;
    match &driven {
        Driven::Over(ended) if ended.way == Way::Back && !args.abort => {
            say::driven(args, desk, &driven, context)?;
            Ok(Exit::RolledBack)
        }
        Driven::Over(_) | Driven::Reached(_) => {
            say::driven(args, desk, &driven, context)?;
            Ok(Exit::Done)
        }
        Driven::Waits { .. } | Driven::NotYet { .. } => {
            say::driven(args, desk, &driven, context)?;
            Ok(Exit::Waiting)
        }
    }
}

/// Turned back once; asked again, it goes on back.
fn abort(args: &Args, desk: &Desk) -> Result<(), Failure> {
    let entry = desk.entry(&args.name)?;
    if entry.rotation.as_ref().is_some_and(|rotation| rotation.way() == Way::Back) {
        return Ok(());
    }
    let number = entry.rotation.as_ref().map(Rotation::to);
    desk.record("abort", Some(&args.name), number, &args.why)?;
    apply(&desk.keyring, &args.name, &Event::Aborted(Timestamp::now())).map_err(|error| {
        Failure::user(error.to_string())
            .hint(format!("let it come to its end: `callsheet secrets rotate {}`", args.name))
            .exit(Exit::Denied)
    })
}
