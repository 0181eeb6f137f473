//! What a person reads of a rotation.

use callsheet_secret_stores::rotate::{DriveError, Driven};
use callsheet_secrets::Entry;
use callsheet_secrets::rotation::{Way, path};
use serde_json::json;

use super::super::desk::{self, Desk};
use super::super::{Which, list};
use super::{Args, begin};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The stages, and whether it may begin now.
pub(super) fn dry_run(
    args: &Args,
    desk: &Desk,
    entry: &Entry,
    which: &Which,
    context: &Context,
) -> Result<Exit, Failure> {
    let kind = desk.keyring.settings(&args.name).how.kind();
    let (stages, finished) = match &entry.rotation {
        Some(rotation) => (rotation.path(), rotation.finished().len()),
        None => {
            let beginning = begin::beginning(args, desk, entry)?;
            entry.clone().begin(beginning).map_err(|refusal| begin::refused(args, refusal))?;
            begin::used_by_somebody(desk, &args.name)?;
            (path(kind, Way::Forth, false, false), 0)
        }
    };
    if let Format::Json = which.format {
        let whole = json!({
            "schema": "callsheet.secrets-rotation/1", "name": args.name, "environment": desk.environment,
            "stages": stages, "finished": finished, "changed": false,
        });
        context.screen.data(&format!("{whole:#}\n"))?;
        return Ok(Exit::Done);
    }
    for (at, stage) in stages.iter().enumerate() {
        let mark = if at < finished { "done" } else { "" };
        let line = format!("{:>3}  {:<44} {mark}", at + 1, stage.words());
        context.screen.data(&format!("{}\n", line.trim_end()))?;
    }
    context.screen.talk("dry run: nothing was changed\n")?;
    Ok(Exit::Done)
}

pub(super) fn driven(args: &Args, desk: &Desk, driven: &Driven, context: &Context) -> Result<(), Failure> {
    let name = &args.name;
    let words = match driven {
        Driven::Over(ended) => match ended.way {
            Way::Forth => format!("{name}: version {} is in use, version {} is revoked", ended.to, ended.from),
            Way::Back => format!("{name}: version {} is in use again, version {} is revoked", ended.from, ended.to),
        },
        Driven::Reached(stage) => {
            format!(
                "{name}: done up to `{stage}`; `callsheet secrets rotate {name} --env {}` goes on",
                desk.environment
            )
        }
        Driven::Waits { until } => format!(
            "{name}: the old version stays valid until {}; then `callsheet secrets rotate {name} --env {}` goes on",
            until.strftime("%Y-%m-%d %H:%MZ"),
            desk.environment
        ),
        Driven::NotYet { why, .. } => {
            format!("{name}: {why}; `callsheet secrets rotate {name} --env {}` goes on", desk.environment)
        }
    };
    context.screen.talk(&format!("{words}\n"))
}

/// How it stands when the run that carried it out is over: the run's own words say how it went, these what that means.
pub(super) fn stands(args: &Args, desk: &Desk, which: &Which, context: &Context) -> Result<(), Failure> {
    if let Format::Json = which.format {
        return list::execute(&list::Args::of(args.name.clone()), which, context).map(drop);
    }
    let (name, environment) = (&args.name, &desk.environment);
    let entry = desk.entry(name)?;
    match (&entry.rotation, &entry.last) {
        (Some(rotation), _) => {
            let trouble = rotation.trouble().map(|why| format!("\n  {why}")).unwrap_or_default();
            context.screen.talk(&format!("{name}: rotation {rotation}{trouble}\n"))?;
            let hint = context.screen.err.bold_cyan("hint");
            let again = format!("`callsheet secrets rotate {name} --env {environment}`");
            context.screen.talk(&format!("{hint}: {again} goes on; with `--abort` it takes it back\n"))
        }
        (None, Some(ended)) => driven(args, desk, &Driven::Over(ended.clone()), context),
        (None, None) => Ok(()),
    }
}

pub(super) fn failed(args: &Args, desk: &Desk, error: DriveError) -> Failure {
    let name = &args.name;
    let words = error.to_string();
    match error {
        DriveError::Store(error) => desk::failure(error),
        DriveError::Busy => {
            Failure::user(words).hint("`callsheet secrets list` shows how it stands").exit(Exit::Locked)
        }
        DriveError::Nothing(_) => Failure::user(words),
        DriveError::Illegal(_) => Failure::environment(words).hint("another process is at it: try again"),
        DriveError::Stage { stage, why } => {
            let failure = Failure::environment(format!("{name}: could not {}", stage.words()));
            let failure = failure.cause(why).exit(Exit::Failed);
            let environment = &desk.environment;
            failure
                .hint(format!("nothing is lost; `callsheet secrets rotate {name} --env {environment}` tries it again"))
                .hint(format!("`callsheet secrets rotate {name} --env {environment} --abort` takes it back"))
        }
    }
}
