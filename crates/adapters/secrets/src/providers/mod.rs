//! Where values are: one trait, one file for each kind of store.

mod command;
mod environment;
mod files;
mod local;
mod vault;

use callsheet_base::Secret;
use callsheet_secrets::{SecretName, StoreSettings};

use crate::{Book, StoreError};

pub(crate) use local::Local;

/// Which value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    pub environment: &'a str,
    pub name: &'a SecretName,
    pub version: u32,
}

/// A place where values are kept. Values appear in no error's words.
pub(crate) trait Provider {
    /// That version's value; `None`: it has none.
    fn read(&self, key: Key) -> Result<Option<Secret<String>>, StoreError>;

    /// The newest value of a secret that Callsheet keeps no book about; `None`: it has none.
    fn newest(&self, environment: &str, name: &SecretName) -> Result<Option<Secret<String>>, StoreError>;

    /// Keeps a value, durably. A version that is there already with the same value is as wanted.
    fn write(&self, key: Key, value: &Secret<String>) -> Result<(), StoreError>;

    /// Destroys a value; one that is gone is as wanted.
    fn destroy(&self, key: Key) -> Result<(), StoreError>;
}

/// The store that is meant.
pub(crate) fn provider<'v>(
    name: &str,
    settings: &StoreSettings,
    book: &Book,
    variable: &'v dyn Fn(&str) -> Option<String>,
) -> Result<Box<dyn Provider + 'v>, StoreError> {
    Ok(match settings {
        StoreSettings::Local => Box::new(Local::new(book, variable)),
        StoreSettings::Environment => Box::new(environment::Environment::new(name, variable)),
        StoreSettings::Files { folder } => Box::new(files::Files::new(name, folder)),
        StoreSettings::Vault { address, mount, path, token } => {
            Box::new(vault::Vault::new(name, address, mount, path, token, variable)?)
        }
        StoreSettings::Command { get, set, destroy } => Box::new(command::Command::new(name, get, set, destroy)),
    })
}

/// A text with what is known of the key filled in.
fn filled(text: &str, environment: &str, name: &SecretName, version: Option<u32>) -> String {
    let version = version.map(|version| version.to_string()).unwrap_or_default();
    text.replace("{environment}", environment).replace("{name}", name.as_str()).replace("{version}", &version)
}

/// Without its last line end, which editors and `echo` add.
fn without_line_end(mut text: String) -> Secret<String> {
    let end = text.strip_suffix("\r\n").or(text.strip_suffix('\n')).map_or(text.len(), str::len);
    text.truncate(end);
    Secret::new(text)
}
