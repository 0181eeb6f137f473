//! What all of them begin with: the configuration, the environment's book, who asks.

use callsheet_access::Actor;
use callsheet_base::Timestamp;
use callsheet_secret_stores::{Identity, IdentityError, Keyring, Read, Reads, StoreError};
use callsheet_secrets::{Entry, SecretName};

use super::Which;
use crate::actor;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::of_the_run;
use crate::planning::DEFAULT_ENVIRONMENT;
use crate::settings::Settings;

/// Everything at hand.
pub(super) struct Desk {
    pub(super) settings: Settings,
    pub(super) environment: String,
    pub(super) keyring: Keyring,
    pub(super) actor: Actor,
}

pub(super) fn open(which: &Which, context: &Context) -> Result<Desk, Failure> {
    let settings = Settings::here(context)?;
    let environment = which.env.clone().or_else(of_the_run).unwrap_or_else(|| DEFAULT_ENVIRONMENT.to_owned());
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if environment.is_empty() || !environment.chars().all(plain) {
        return Err(Failure::user(format!("`{environment}` is no environment's name")));
    }
    let keyring = Keyring::new(&settings.root, &environment, settings.config.secrets.ground());
    Ok(Desk { settings, environment, keyring, actor: actor::current() })
}

impl Desk {
    /// Refused unless the actor may see and change the secret.
    pub(super) fn may(&self, name: &SecretName) -> Result<(), Failure> {
        let declared = self.settings.config.secrets.declared.get(name);
        let readers = declared.map_or(&[][..], |declared| declared.readers.as_slice());
        self.settings.config.people.allow(&self.actor, readers).map_err(|refusal| {
            Failure::user(refusal.to_string())
                .hint(format!("`readers` of `[secrets.{name}]` in callsheet.toml says who may"))
                .exit(Exit::Denied)
        })
    }

    /// The secret's entry; a failure if there is none.
    pub(super) fn entry(&self, name: &SecretName) -> Result<Entry, Failure> {
        let unknown = || StoreError::Unknown { name: name.clone(), environment: self.environment.clone() };
        self.keyring.entry(name).and_then(|entry| entry.ok_or_else(unknown)).map_err(failure)
    }

    /// Writes down what is done, before it is.
    pub(super) fn record(
        &self,
        act: &str,
        name: Option<&SecretName>,
        version: Option<u32>,
        note: &str,
    ) -> Result<(), Failure> {
        let read = Read {
            at: Timestamp::now(),
            who: self.actor.to_string(),
            act: act.to_owned(),
            environment: self.environment.clone(),
            name: name.cloned(),
            version,
            note: note.to_owned(),
            run: std::env::var("CALLSHEET_RUN").ok().filter(|run| !run.is_empty()),
        };
        Reads::of_state(&self.settings.state).record(&read).map_err(failure)
    }

    /// An identity of this machine.
    pub(super) fn identity(&self) -> Result<Identity, Failure> {
        let environment = self.environment.clone();
        find_identity().map_err(|source| failure(StoreError::NoIdentity { environment, source }))
    }
}

pub(super) fn find_identity() -> Result<Identity, IdentityError> {
    Identity::find(|name| std::env::var(name).ok())
}

/// A store's fault as the person meets it.
pub(super) fn failure(error: StoreError) -> Failure {
    let failure = Failure::environment(error.to_string()).because_of(&error);
    match error {
        StoreError::NoBook { environment, .. } => {
            failure.hint(format!("`callsheet secrets init --env {environment}` sets them up"))
        }
        StoreError::NoIdentity { source: IdentityError::NotARecipient(_), environment } => failure.hint(format!(
            "somebody who can read them lets you in: `callsheet secrets recipients --env {environment} --add age1…`; \
             yours is shown by `callsheet secrets recipients --own`"
        )),
        StoreError::NoIdentity { .. } => {
            failure.hint("`CALLSHEET_IDENTITY_FILE=…` says where yours is; `callsheet secrets init` makes one for whoever has none")
        }
        StoreError::Unknown { name, environment } => failure.hint(format!(
            "`callsheet secrets list --env {environment}` shows what there is; `callsheet secrets set {name} --env {environment}` stores it"
        )),
        StoreError::Altered { .. } | StoreError::NotUnderstood { .. } => {
            failure.hint("restore the book as it was: it is a file of the repository")
        }
        StoreError::NoStore(name) => failure.hint(format!("describe it: `[secret_stores.{name}]`")),
        _ => failure,
    }
}
