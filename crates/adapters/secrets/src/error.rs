//! Why a store did not do what it was asked; never with a value in its words.

use std::io;
use std::path::PathBuf;

use callsheet_secrets::{NotThere, SecretName};

use crate::identity::IdentityError;

/// Why a secret was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing was set up for the environment.
    #[error("there are no secrets of `{environment}`: no file `{}`", path.display())]
    NoBook {
        /// The environment.
        environment: String,
        /// Where the book would be.
        path: PathBuf,
    },
    /// A file or folder.
    #[error("cannot {operation} `{}`", path.display())]
    File {
        /// `read`, `write`.
        operation: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The book does not read.
    #[error("`{}` is not understood: {what}", path.display())]
    NotUnderstood {
        /// The book.
        path: PathBuf,
        /// Where and what.
        what: String,
    },
    /// No identity opens the book.
    #[error("no identity here can read the secrets of `{environment}`")]
    NoIdentity {
        /// The environment.
        environment: String,
        /// Why.
        #[source]
        source: IdentityError,
    },
    /// A value was altered, or belongs elsewhere.
    #[error("the value of {name}, version {version}, was altered or does not belong there")]
    Altered {
        /// The secret.
        name: SecretName,
        /// The version.
        version: u32,
    },
    /// There is no such secret.
    #[error("there is no secret {name} in `{environment}`")]
    Unknown {
        /// The name.
        name: SecretName,
        /// The environment.
        environment: String,
    },
    /// There is no such version.
    #[error("{name}: {source}")]
    NoVersion {
        /// The name.
        name: SecretName,
        /// Which.
        source: NotThere,
    },
    /// The book names a version whose value its store does not have.
    #[error("the store `{store}` has no value of {name}, version {version}")]
    Gone {
        /// The store.
        store: String,
        /// The secret.
        name: SecretName,
        /// The version.
        version: u32,
    },
    /// The configuration names a store that it does not describe.
    #[error("callsheet.toml has no `[secret_stores.{0}]`")]
    NoStore(String),
    /// Another manager did not do it.
    #[error("{store} did not {operation}: {why}")]
    Refused {
        /// Which store.
        store: String,
        /// `give the value of NAME`.
        operation: String,
        /// In its words, without values.
        why: String,
    },
    /// A store that can only be read.
    #[error("the store `{0}` can only be read: whoever fills it rotates it")]
    ReadOnly(String),
    /// No random bytes.
    #[error("the system gives no random bytes")]
    NoRandom,
    /// Encryption.
    #[error("cannot encrypt to the recipients: {0}")]
    Encrypt(String),
    /// A reference's `.user` or address has nobody to name.
    #[error("{0} has no user: `callsheet secrets set --user NAME` says whose password it is")]
    NoUser(SecretName),
}

impl StoreError {
    pub(crate) fn file(operation: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> StoreError {
        let path = path.to_owned();
        move |source| StoreError::File { operation, path, source }
    }
}
