//! Who can read a backup: age recipients and identities.

use std::io::BufReader;
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::x25519;
use callsheet_base::Secret;

use crate::BackupError;

/// Those for whom backups are encrypted.
#[derive(Clone, Debug, Default)]
pub struct Recipients {
    texts: Vec<String>,
    keys: Vec<x25519::Recipient>,
}

/// What decrypts.
#[derive(Default)]
pub struct Identities(Vec<Box<dyn age::Identity + Send + Sync>>);

/// A new key: the identity to keep, and the recipient to encrypt for.
pub fn new_key() -> (Secret<String>, String) {
    let identity = x25519::Identity::generate();
    (Secret::new(identity.to_string().expose_secret().to_owned()), identity.to_public().to_string())
}

impl Recipients {
    /// Reads `age1…` texts.
    pub fn read(texts: &[String]) -> Result<Recipients, BackupError> {
        let key = |text: &String| {
            x25519::Recipient::from_str(text).map_err(|cause| {
                BackupError::Key(format!("`{text}` is no age recipient ({cause}): they look like `age1…`"))
            })
        };
        Ok(Recipients { keys: texts.iter().map(key).collect::<Result<_, _>>()?, texts: texts.to_vec() })
    }

    /// As they were written.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// What encrypts for them; `None` if there are none.
    pub(super) fn encryptor(&self) -> Result<Option<age::Encryptor>, BackupError> {
        if self.keys.is_empty() {
            return Ok(None);
        }
        let keys = self.keys.iter().map(|key| key as &dyn age::Recipient);
        age::Encryptor::with_recipients(keys).map(Some).map_err(|error| BackupError::Key(error.to_string()))
    }
}

impl Identities {
    /// Reads an identity file's text (`AGE-SECRET-KEY-1…`, comments).
    pub fn read(text: &Secret<String>) -> Result<Identities, BackupError> {
        let wrong = || {
            BackupError::Key(
                "the identity holds no key: a line `AGE-SECRET-KEY-1…`, as in the file that `new-key` writes"
                    .to_owned(),
            )
        };
        let file = age::IdentityFile::from_buffer(BufReader::new(text.expose().as_bytes())).map_err(|_| wrong())?;
        let all = file.into_identities().map_err(|_| wrong())?;
        if all.is_empty() { Err(wrong()) } else { Ok(Identities(all)) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity.as_ref() as &dyn age::Identity)
    }
}
