//! `add-user`.

use std::process::ExitCode;

use fleet_kit::Faults;
use fleet_kit::commands::password_for;
use fleet_kit::passwords::{PasswordError, Passwords};
use fleet_kit::postgres::ConnectError;

use super::{causes, complain, configured, failed, in_runtime, show};
use crate::config::Config;
use crate::generation::Generation;
use crate::grant::{NewUser, ROLES, Role, User};
use crate::store::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
enum AddError {
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes an account, without anybody's password on a command line.
pub(super) fn add_user(generation: Generation, email: &str, name: &str, role: &str) -> ExitCode {
    let Some(role) = Role::named(role) else {
        return complain(&format!("error: `{role}` is no role\n\nhint: give one of {}", ROLES.join(", ")), 2);
    };
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let password = match password_for(email) {
        Ok(password) => password,
        Err(status) => return status,
    };
    let new = NewUser { email: email.to_lowercase(), name: name.to_owned(), role, password_hash: String::new() };
    let cause = match in_runtime(add(&config, generation, new, password)) {
        Ok(Ok(user)) => return show(&format!("made {} ({})\n", user.email, user.role.as_str())),
        Ok(Err(error)) => causes(&error),
        Err(error) => error.to_string(),
    };
    failed("no account was made", cause, "`grants probe` tells whether the database answers")
}

async fn add(config: &Config, generation: Generation, new: NewUser, password: String) -> Result<User, AddError> {
    let store = Store::open(&config.database, 1, Faults::new(None, vec![]), generation)?;
    let password_hash = Passwords::new()?.hash(password).await?;
    Ok(store.create_user(NewUser { password_hash, ..new }).await?)
}
