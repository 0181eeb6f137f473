//! `callsheet secrets revoke NAME[@VERSION]`: a version that is not in use becomes invalid here, and its value is destroyed.

use callsheet_secret_stores::StoreError;
use callsheet_secrets::{How, NotThere, RevokeError, SecretName, State};

use super::{Which, desk};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::may;

/// Revoke a version that is not in use, and destroy its value
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Services that accepted it do so until they start anew. Nothing is revoked on a server or with a provider: `callsheet secrets rotate` does \
that. The version in use is never revoked; put another in its place first."
)]
pub(super) struct Args {
    /// The secret; NAME alone means the version before the one in use
    #[arg(value_name = "NAME[@VERSION]")]
    what: String,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let (name, number) = match args.what.split_once('@') {
        None => (args.what.as_str(), None),
        Some((name, number)) => {
            let wrong = |_| Failure::user(format!("`{number}` is no version's number"));
            (name, Some(number.parse::<u32>().map_err(wrong)?))
        }
    };
    let name: SecretName =
        name.parse().map_err(|error: callsheet_secrets::NameError| Failure::user(error.to_string()))?;
    let desk = desk::open(which, context)?;
    desk.may(&name)?;
    let entry = desk.entry(&name)?;
    let previous = || entry.versions.iter().find(|version| version.state == State::Previous);
    let Some(number) = number.or_else(|| previous().map(|version| version.number)) else {
        return Err(Failure::user(format!("{name} has no version beside the one in use")));
    };
    // Tried on a copy: nobody is asked for what cannot be.
    entry.clone().revoke(number).map_err(|error| refused(&name, &error))?;
    let question = format!("destroy version {number} of {name} in {}? It cannot be had back.", desk.environment);
    if !may(&question, &desk.environment, args.yes, context)? {
        return Ok(Exit::Denied);
    }
    desk.record("revoke", Some(&name), Some(number), "")?;
    let revoke = desk.keyring.book().edit(|page| -> Result<Result<(), RevokeError>, StoreError> {
        let entry = page.secrets.get_mut(&name);
        Ok(entry.map_or(Err(RevokeError::NotThere(NotThere::NoSuch(number))), |entry| entry.revoke(number)))
    });
    revoke.map_err(desk::failure)?.map_err(|error| refused(&name, &error))?;
    desk.keyring.destroy(&name, number).map_err(desk::failure)?;
    context.screen.talk(&format!("{name}: version {number} is revoked, its value destroyed\n"))?;
    match desk.keyring.settings(&name).how {
        How::Keys => {}
        How::Users { .. } => context.screen.warn("the server still knows the password")?,
        How::Manual { .. } => context.screen.warn("the provider still accepts it, unless you revoked it there")?,
    }
    Ok(Exit::Done)
}

fn refused(name: &SecretName, error: &RevokeError) -> Failure {
    let failure = Failure::user(format!("{name}: {error}")).exit(Exit::Denied);
    match error {
        RevokeError::InUse(_) => {
            failure.hint(format!("`callsheet secrets rotate {name}` puts another in its place, without losing a login"))
        }
        RevokeError::InRotation(_) => failure.hint(format!("`callsheet secrets rotate {name}` finishes it")),
        RevokeError::NotThere(_) => failure.hint("`callsheet secrets list` shows the versions"),
    }
}
