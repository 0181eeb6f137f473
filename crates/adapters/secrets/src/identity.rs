//! Who can read: age identities, from a variable, a file, systemd's credentials or the user's configuration folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use age::secrecy::ExposeSecret as _;
use callsheet_base::Secret;

/// The variable with an identity itself. Its name makes it a secret wherever it would be printed.
const KEY_VARIABLE: &str = "CALLSHEET_IDENTITY_KEY";
/// The variable with an identity file's path.
const FILE_VARIABLE: &str = "CALLSHEET_IDENTITY_FILE";
/// The name in `$CREDENTIALS_DIRECTORY`.
const CREDENTIAL: &str = "callsheet-identity";

/// Identities found on this machine.
pub struct Identity {
    keys: Vec<age::x25519::Identity>,
    /// Where they were found, for messages.
    pub place: String,
}

/// Somebody to whom secrets are encrypted: `age1…`. Public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient(age::x25519::Recipient);

/// An identity that was just made.
#[derive(Debug)]
pub struct NewIdentity {
    /// Where it was stored, readable by its owner alone.
    pub path: PathBuf,
    /// To whom secrets can be encrypted now.
    pub recipient: Recipient,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Nowhere.
    #[error("there is none: not in ${KEY_VARIABLE}, ${FILE_VARIABLE} or `{}`", .0.display())]
    None(PathBuf),
    /// A file that cannot be read.
    #[error("the identity file `{}` cannot be read: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Text that is no identity.
    #[error("{0} holds no age identity: a line `AGE-SECRET-KEY-1…`")]
    NotUnderstood(String),
    /// It is not among those to whom the secrets are encrypted.
    #[error("that of {0} is not among the recipients")]
    NotARecipient(String),
    /// One exists already.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
}

impl Identity {
    /// The first that is found.
    pub fn find(variable: impl Fn(&str) -> Option<String>) -> Result<Identity, IdentityError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(text) = set(KEY_VARIABLE) {
            return Identity::read(&Secret::new(text), format!("${KEY_VARIABLE}"));
        }
        if let Some(path) = set(FILE_VARIABLE) {
            return Identity::of_file(Path::new(&path));
        }
        let credential = set("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(CREDENTIAL));
        let usual = Identity::usual_path(&variable);
        let found = credential.into_iter().chain([usual.clone()]).find(|path| path.exists());
        found.map_or(Err(IdentityError::None(usual)), |path| Identity::of_file(&path))
    }

    /// Where a user's own is: `~/.config/callsheet/identity.txt`.
    pub fn usual_path(variable: impl Fn(&str) -> Option<String>) -> PathBuf {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || set("HOME").unwrap_or_else(|| PathBuf::from("/root")).join(".config");
        set("XDG_CONFIG_HOME").unwrap_or_else(home).join("callsheet").join("identity.txt")
    }

    /// From a file.
    pub fn of_file(path: &Path) -> Result<Identity, IdentityError> {
        let unreadable = |why: String| IdentityError::Unreadable { path: path.to_owned(), why };
        let mode = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(unreadable(format!(
                "others may read it (mode {:o}); `chmod 600` keeps it to its owner",
                mode & 0o777
            )));
        }
        let text = fs::read_to_string(path).map(Secret::new).map_err(|error| unreadable(error.to_string()))?;
        Identity::read(&text, format!("`{}`", path.display()))
    }

    fn read(text: &Secret<String>, place: String) -> Result<Identity, IdentityError> {
        let lines = text.expose().lines().map(str::trim).filter(|line| line.starts_with("AGE-SECRET-KEY-1"));
        let keys: Result<Vec<age::x25519::Identity>, _> = lines.map(age::x25519::Identity::from_str).collect();
        match keys {
            Ok(keys) if !keys.is_empty() => Ok(Identity { keys, place }),
            _ => Err(IdentityError::NotUnderstood(place)),
        }
    }

    /// Makes one and stores it at `path`, which must not exist.
    pub fn make(path: &Path) -> Result<NewIdentity, IdentityError> {
        let unwritable = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => IdentityError::Exists(path.to_owned()),
            _ => IdentityError::Unreadable { path: path.to_owned(), why: error.to_string() },
        };
        let key = age::x25519::Identity::generate();
        let recipient = Recipient(key.to_public());
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(unwritable)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(unwritable)?;
        let secret = key.to_string();
        let text = Secret::new(format!("# public key: {}\n{}\n", recipient, secret.expose_secret()));
        file.write_all(text.expose().as_bytes()).and_then(|()| file.sync_all()).map_err(unwritable)?;
        Ok(NewIdentity { path: path.to_owned(), recipient })
    }

    /// To whom one encrypts so that this identity can read.
    pub fn recipients(&self) -> Vec<Recipient> {
        self.keys.iter().map(|key| Recipient(key.to_public())).collect()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.keys.iter().map(|key| key as &dyn age::Identity)
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity of {}", self.place)
    }
}

impl Recipient {
    pub(crate) fn as_age(&self) -> &dyn age::Recipient {
        &self.0
    }
}

impl FromStr for Recipient {
    type Err = String;

    fn from_str(text: &str) -> Result<Recipient, String> {
        let wrong =
            |_| format!("`{}` is no age recipient: it begins with `age1`", text.chars().take(70).collect::<String>());
        if text.trim_start().starts_with("AGE-SECRET") {
            return Err("that is an identity, which is secret: its public half begins with `age1`".to_owned());
        }
        text.trim().parse().map(Recipient).map_err(wrong)
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_kept_to_its_owner_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callsheet/identity.txt");
        let made = Identity::make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(Identity::make(&path), Err(IdentityError::Exists(_))));
        let home = folder.path().display().to_string();
        let found = Identity::find(|name| (name == "XDG_CONFIG_HOME").then(|| home.clone())).unwrap();
        assert_eq!(found.recipients(), [made.recipient]);
        assert!(!format!("{found:?}").contains("SECRET"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = Identity::of_file(&path).unwrap_err().to_string();
        assert!(refused.contains("others may read it (mode 644)"), "{refused}");
    }

    #[test]
    fn a_recipient_is_public_and_an_identity_is_no_recipient() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.txt");
        let made = Identity::make(&path).unwrap();
        assert_eq!(made.recipient.to_string().parse(), Ok(made.recipient));
        let secret = fs::read_to_string(&path).unwrap().lines().last().unwrap().to_owned();
        let refused = secret.parse::<Recipient>().unwrap_err();
        assert!(!refused.contains(&secret) && refused.contains("which is secret"));
    }
}
