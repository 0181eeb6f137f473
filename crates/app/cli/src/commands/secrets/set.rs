//! `callsheet secrets set NAME`: a value is stored. It comes from a hidden prompt or standard input, never from an argument: those can
//! be seen by every process.

use std::io::{IsTerminal as _, Read as _};

use callsheet_base::{Secret, Timestamp};
use callsheet_secret_stores::rotate::{DriveError, lock};
use callsheet_secret_stores::{StoreError, fresh_value};
use callsheet_secrets::rotation::Kind;
use callsheet_secrets::{Entry, How, SecretName};

use super::desk::{self, Desk};
use super::{Which, list};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prompt;

/// Store a value, from a hidden prompt or standard input
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The value is in use from now on; the one before stays valid as `secret://NAME@previous` until it is revoked. Instances get it when they \
start: `callsheet restart --service NAME --renew`. To replace a value without losing a login, rotate it."
)]
pub(super) struct Args {
    /// The secret
    #[arg(value_name = "NAME")]
    name: SecretName,
    /// The user whose password it is
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Draw a random value instead of asking for one
    #[arg(long)]
    random: bool,
}

pub(super) fn execute(args: Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    let name = &args.name;
    desk.may(name)?;
    let before = not_rotated(&desk, name)?;
    // Says at once if there is no book, before anybody types.
    desk.keyring.book().page().map_err(desk::failure)?;
    let settings = desk.keyring.settings(name);
    let whose = |before: &Entry| user(&args, &settings.how, before.current().and_then(|version| version.user.clone()));
    whose(&before)?;
    let value = if args.random {
        fresh_value(settings.shape).map_err(desk::failure)?
    } else {
        value(&format!("{name} for {} (not shown): ", desk.environment), context)?
    };
    // Whatever was done while a person typed is seen now, and nothing more is done until the value is in use.
    let _lock = lock(&desk.settings.state.join("secrets"), &desk.environment, name).map_err(|error| match error {
        DriveError::Busy => Failure::user(format!("somebody else changes {name} right now")).exit(Exit::Locked),
        other => Failure::environment(other.to_string()),
    })?;
    let before = not_rotated(&desk, name)?;
    let user = whose(&before)?;
    desk.record("set", Some(name), Some(before.next_number()), user.as_deref().unwrap_or_default())?;
    let number = store(&desk, name, &value, user)?;
    if value.expose().len() < callsheet_keeper::redact::SHORTEST_SECRET {
        let least = callsheet_keeper::redact::SHORTEST_SECRET;
        context.screen.warn(&format!("values of fewer than {least} bytes cannot be hidden in output"))?;
    }
    context.screen.talk(&format!("{name}: version {number} is in use in {}\n", desk.environment))?;
    if settings.how.kind() == Kind::Keys && before.current().is_some() {
        let words = format!("version {} stays valid until `callsheet secrets revoke {name}`", number - 1);
        context.screen.talk(&format!("{words}\n"))?;
    }
    if let Format::Json = which.format {
        return list::execute(&list::Args::of(name.clone()), which, context);
    }
    Ok(Exit::Done)
}

/// What the book says of it. `Err`: a rotation is under way, whose versions would lose their turn.
fn not_rotated(desk: &Desk, name: &SecretName) -> Result<Entry, Failure> {
    let entry = desk.keyring.entry(name).map_err(desk::failure)?.unwrap_or_default();
    match &entry.rotation {
        None => Ok(entry),
        Some(_) => Err(Failure::user(format!("a rotation of {name} is under way"))
            .hint(format!(
                "finish it: `callsheet secrets rotate {name} --env {}`; or take it back with `--abort`",
                desk.environment
            ))
            .exit(Exit::Locked)),
    }
}

/// Whose password it is, where two users take turns.
fn user(args: &Args, how: &How, before: Option<String>) -> Result<Option<String>, Failure> {
    let given = args.user.clone();
    let How::Users { users, .. } = how else { return Ok(given) };
    let user = given.or(before).unwrap_or_else(|| users[0].clone());
    if users.contains(&user) {
        return Ok(Some(user));
    }
    Err(Failure::user(format!("`{user}` is none of the two users of {}", args.name))
        .hint(format!("they are `{}` and `{}`", users[0], users[1])))
}

/// The value first, then that it is in use: a crash between leaves a value that nothing refers to, and the next one takes its place.
fn store(desk: &Desk, name: &SecretName, value: &Secret<String>, user: Option<String>) -> Result<u32, Failure> {
    let entry = desk.keyring.entry(name).map_err(desk::failure)?.unwrap_or_default();
    let number = entry.next_number();
    desk.keyring.keep(name, number, value).map_err(desk::failure)?;
    let by = desk.actor.name.as_str();
    let revoked = desk.keyring.book().edit(|page| -> Result<Vec<u32>, StoreError> {
        let entry = page.secrets.entry(name.clone()).or_default();
        let before: Vec<u32> = entry.versions.iter().filter(|one| !one.destroyed).map(|one| one.number).collect();
        entry.set(Timestamp::now(), by, user);
        let gone = |number: &u32| entry.version(*number).is_some_and(|version| version.destroyed);
        Ok(before.into_iter().filter(gone).collect())
    });
    for number in revoked.map_err(desk::failure)? {
        desk.keyring.destroy(name, number).map_err(desk::failure)?;
    }
    Ok(number)
}

/// What a person types twice, or what comes in by a pipe.
pub(super) fn value(question: &str, context: &Context) -> Result<Secret<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        let mut text = String::new();
        let read = std::io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| Failure::environment("cannot read standard input").because(&error))?;
        let end = text.strip_suffix("\r\n").or(text.strip_suffix('\n')).map_or(text.len(), str::len);
        text.truncate(end);
        return given(text);
    }
    let first = Secret::new(prompt::hidden(question, context)?);
    let second = Secret::new(prompt::hidden("once more: ", context)?);
    if first.expose() != second.expose() {
        return Err(Failure::user("the two differ, so nothing was stored"));
    }
    given(first.expose().clone())
}

fn given(text: String) -> Result<Secret<String>, Failure> {
    if text.is_empty() {
        return Err(Failure::user("the value is empty, so nothing was stored")
            .hint("type it at the prompt, or send it by a pipe: `pass show shop/key | callsheet secrets set NAME`"));
    }
    Ok(Secret::new(text))
}
