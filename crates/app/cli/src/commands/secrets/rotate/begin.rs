//! Whether a rotation may begin, and its beginning.

use callsheet_base::Timestamp;
use callsheet_secret_stores::{Keyring, StoreError};
use callsheet_secrets::rotation::{Beginning, Refusal, Staging, Way};
use callsheet_secrets::{Entry, SecretName};

use super::super::desk::{self, Desk};
use super::Args;
use crate::exit::Exit;
use crate::failure::Failure;

/// The environment that needs another to go before it, and that other.
const ORDER: (&str, &str) = ("production", "staging");

/// The run and its step; `None` outside of one.
pub(super) fn run() -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let step = set("CALLSHEET_STEP").map(|step| format!("/{step}")).unwrap_or_default();
    set("CALLSHEET_RUN").map(|run| format!("{run}{step}"))
}

pub(super) fn beginning(args: &Args, desk: &Desk, entry: &Entry) -> Result<Beginning, Failure> {
    let settings = desk.keyring.settings(&args.name);
    let user = entry.current().and_then(|version| version.user.as_deref());
    Ok(Beginning {
        kind: settings.how.kind(),
        at: Timestamp::now(),
        by: desk.actor.name.clone(),
        why: args.emergency.clone().unwrap_or_else(|| args.why.clone()),
        user: settings.how.other_user(user),
        window: settings.window,
        staging: staging(desk, &args.name)?,
        emergency: args.emergency.clone(),
        run: run(),
    })
}

/// Staging goes before production, if it has the secret.
fn staging(desk: &Desk, name: &SecretName) -> Result<Option<Staging>, Failure> {
    let (late, early) = ORDER;
    if desk.environment != late {
        return Ok(None);
    }
    let keyring = Keyring::new(&desk.settings.root, early, desk.settings.config.secrets.ground());
    let Some(entry) = keyring.entry(name).map_err(desk::failure)? else { return Ok(None) };
    let done = entry.last.as_ref().filter(|last| last.way == Way::Forth).map(|last| last.at);
    let verified = entry.rotation.as_ref().filter(|one| one.way() == Way::Forth).and_then(|one| one.verified());
    Ok(Some(Staging { environment: early.to_owned(), rotated: verified.max(done) }))
}

/// Refused where nothing would ever use the new value.
pub(super) fn used_by_somebody(desk: &Desk, name: &SecretName) -> Result<(), Failure> {
    let settings = desk.keyring.settings(name);
    if settings.services.is_empty() && settings.roll.is_none() {
        return Err(Failure::configuration(format!("nothing says who uses {name}, so nobody would get the new value"))
            .hint(format!("write `services = [\"NAME\"]`, or `roll = \"COMMAND\"`, below `[secrets.{name}]`")));
    }
    for service in &settings.services {
        if desk.settings.config.service_in(service, &desk.environment).is_none() {
            return Err(Failure::configuration(format!("callsheet.toml does not say how `{service}` runs"))
                .hint(format!("mend `services` of `[secrets.{name}]`, or write `[services.{service}]`")));
        }
    }
    Ok(())
}

pub(super) fn begin(args: &Args, desk: &Desk) -> Result<(), Failure> {
    let entry = desk.entry(&args.name)?;
    let beginning = beginning(args, desk, &entry)?;
    let note = match &args.emergency {
        Some(why) => format!("emergency: {why}"),
        None => args.why.clone(),
    };
    desk.record("rotate", Some(&args.name), Some(entry.next_number()), &note)?;
    let begun = desk.keyring.book().edit(|page| -> Result<Result<(), Refusal>, StoreError> {
        let entry = page.secrets.get_mut(&args.name);
        Ok(entry.map_or(Err(Refusal::NothingInUse), |entry| entry.begin(beginning)))
    });
    begun.map_err(desk::failure)?.map_err(|refusal| refused(args, refusal))
}

pub(super) fn refused(args: &Args, refusal: Refusal) -> Failure {
    let name = &args.name;
    let failure = Failure::user(format!("{name}: {refusal}")).exit(Exit::Denied);
    match refusal {
        Refusal::UnderWay(_) => failure.exit(Exit::Locked),
        Refusal::NothingInUse => failure.hint(format!("store a first one: `callsheet secrets set {name}`")),
        Refusal::PairBusy(number) => {
            failure.hint(format!("once nothing uses it any more: `callsheet secrets revoke {name}@{number}`"))
        }
        Refusal::SameUser(_) => failure.hint(format!("`users` of `[secrets.{name}]` must name both")),
        Refusal::OutsideWindow { .. } => {
            failure.hint("wait for it; if that cannot be: `--emergency WHY`, which is kept in the record")
        }
        Refusal::StagingFirst(staging) => failure.hint(format!(
            "`callsheet secrets rotate {name} --env {staging}` first; if that cannot be: `--emergency WHY`"
        )),
    }
}
