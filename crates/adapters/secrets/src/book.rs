//! One environment's book: names, versions and rotations in the clear, values sealed. A file that is replaced as a whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use callsheet_base::Secret;
use callsheet_secrets::{Entry, SecretName};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::seal::{DataKey, Place};
use crate::{Identity, Recipient, StoreError};

/// The folder of books beside `callsheet.toml`.
pub const FOLDER: &str = "secrets";

const FORMAT: u32 = 1;

/// How files begin that are not a book yet.
const DRAFT: &str = ".draft-";

const HEADER: &str = "\
# Secrets of one environment, kept by Callsheet (`callsheet secrets`). Names, versions and rotations can be read; values cannot: they are
# sealed under a data key that is encrypted with age to the recipients. This file may be committed.
";

/// The book of one environment.
#[derive(Clone, Debug)]
pub struct Book {
    path: PathBuf,
    environment: String,
}

/// What a book says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    format: u32,
    environment: String,
    recipients: Vec<String>,
    data_key: String,
    /// By name.
    #[serde(default)]
    pub secrets: BTreeMap<SecretName, Entry>,
    /// Sealed, by name and version.
    #[serde(default)]
    values: BTreeMap<SecretName, BTreeMap<String, String>>,
}

impl Book {
    /// The book of `environment` in `folder`, which may not exist yet.
    pub fn new(folder: &Path, environment: &str) -> Book {
        Book { path: folder.join(format!("{environment}.toml")), environment: environment.to_owned() }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose it is.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Whether it was set up.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Sets it up for these recipients. `Ok(false)`: it exists.
    pub fn make(&self, recipients: &[Recipient]) -> Result<bool, StoreError> {
        let folder = self.folder();
        fs::create_dir_all(folder).map_err(StoreError::file("make", folder))?;
        let _lock = self.lock()?;
        if self.exists() {
            return Ok(false);
        }
        let page = Page {
            format: FORMAT,
            environment: self.environment.clone(),
            recipients: recipients.iter().map(Recipient::to_string).collect(),
            data_key: DataKey::fresh()?.lock(recipients)?,
            secrets: BTreeMap::new(),
            values: BTreeMap::new(),
        };
        self.write(&page)?;
        Ok(true)
    }

    /// What it says now.
    pub fn page(&self) -> Result<Page, StoreError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NoBook { environment: self.environment.clone(), path: self.path.clone() });
            }
            Err(error) => return Err(StoreError::file("read", &self.path)(error)),
        };
        let not = |what: String| StoreError::NotUnderstood { path: self.path.clone(), what };
        let page: Page = toml::from_str(&text).map_err(|error| not(error.message().to_owned()))?;
        if page.format != FORMAT {
            return Err(not(format!("it has format {}, this version of Callsheet knows {FORMAT}", page.format)));
        }
        if page.environment != self.environment {
            return Err(not(format!("it says that it belongs to `{}`", page.environment)));
        }
        Ok(page)
    }

    /// Changes it: read, changed and replaced as a whole, durably, by one process at a time. Where `change` fails nothing is written.
    pub fn edit<T, E: From<StoreError>>(&self, change: impl FnOnce(&mut Page) -> Result<T, E>) -> Result<T, E> {
        let _lock = self.lock()?;
        let mut page = self.page()?;
        let before = page.clone();
        let done = change(&mut page)?;
        if page != before {
            self.write(&page)?;
        }
        Ok(done)
    }

    /// Held while the file is replaced.
    fn lock(&self) -> Result<File, StoreError> {
        let folder = self.folder();
        let file = match File::open(folder) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NoBook { environment: self.environment.clone(), path: self.path.clone() });
            }
            Err(error) => return Err(StoreError::file("read", folder)(error)),
        };
        let locked = flock(&file, FlockOperation::LockExclusive);
        locked.map_err(|error| StoreError::file("lock", folder)(error.into()))?;
        Ok(file)
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn write(&self, page: &Page) -> Result<(), StoreError> {
        let not = |what: String| StoreError::NotUnderstood { path: self.path.clone(), what };
        let text = toml::to_string(page).map_err(|error| not(error.to_string()))?;
        let folder = self.folder();
        let replace = || -> io::Result<()> {
            // Whoever writes holds the lock: a draft that is there was left by a crash.
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_name().to_string_lossy().starts_with(DRAFT) {
                    fs::remove_file(entry.path())?;
                }
            }
            let mut draft = tempfile::Builder::new().prefix(DRAFT).tempfile_in(folder)?;
            draft.write_all(HEADER.as_bytes())?;
            draft.write_all(text.as_bytes())?;
            draft.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
            draft.as_file().sync_all()?;
            draft.persist(&self.path)?;
            File::open(folder)?.sync_all()
        };
        replace().map_err(StoreError::file("write", &self.path))
    }
}

/// What can be read of a book.
#[derive(Debug, Default)]
pub struct Readable {
    /// Values with their names.
    pub values: Vec<(SecretName, Secret<String>)>,
    /// Whose values cannot be read, because somebody altered them.
    pub altered: Vec<SecretName>,
}

impl Page {
    /// To whom values are encrypted.
    pub fn recipients(&self) -> &[String] {
        &self.recipients
    }

    fn open(&self, identity: &Identity) -> Result<DataKey, StoreError> {
        let failed = |source| StoreError::NoIdentity { environment: self.environment.clone(), source };
        DataKey::open(&self.data_key, identity).map_err(failed)
    }

    fn place<'a>(&'a self, name: &'a SecretName, version: u32) -> Place<'a> {
        Place { environment: &self.environment, name, version }
    }

    /// A value that is kept here.
    pub fn value(
        &self,
        name: &SecretName,
        version: u32,
        identity: &Identity,
    ) -> Result<Option<Secret<String>>, StoreError> {
        let sealed = self.values.get(name).and_then(|values| values.get(&version.to_string()));
        let Some(sealed) = sealed else { return Ok(None) };
        self.open(identity)?.unseal(sealed, self.place(name, version)).map(Some)
    }

    /// All values that are kept here, with their names.
    pub fn values(&self, identity: &Identity) -> Result<Vec<(SecretName, u32, Secret<String>)>, StoreError> {
        let key = self.open(identity)?;
        let mut all = Vec::new();
        for (name, values) in &self.values {
            for (version, sealed) in values {
                let version = version.parse().unwrap_or(0);
                all.push((name.clone(), version, key.unseal(sealed, self.place(name, version))?));
            }
        }
        Ok(all)
    }

    /// All values that are kept here and can be read, each with its name; one that cannot spoils no other.
    pub fn readable(&self, identity: &Identity) -> Result<Readable, StoreError> {
        let key = self.open(identity)?;
        let mut readable = Readable::default();
        for (name, values) in &self.values {
            for (version, sealed) in values {
                match key.unseal(sealed, self.place(name, version.parse().unwrap_or(0))) {
                    Ok(value) => readable.values.push((name.clone(), value)),
                    Err(_) => readable.altered.push(name.clone()),
                }
            }
        }
        Ok(readable)
    }

    /// Keeps a value.
    pub fn keep(
        &mut self,
        name: &SecretName,
        version: u32,
        value: &Secret<String>,
        identity: &Identity,
    ) -> Result<(), StoreError> {
        let sealed = self.open(identity)?.seal(value, self.place(name, version))?;
        self.values.entry(name.clone()).or_default().insert(version.to_string(), sealed);
        Ok(())
    }

    /// Destroys a value; one that is not there is destroyed already. Versions before it in Git's history stay as they are.
    pub fn destroy(&mut self, name: &SecretName, version: u32) {
        if let Some(values) = self.values.get_mut(name) {
            values.remove(&version.to_string());
            if values.is_empty() {
                self.values.remove(name);
            }
        }
    }

    /// Encrypts everything anew, under a new data key, to these recipients.
    pub fn re_encrypt(&mut self, recipients: &[Recipient], identity: &Identity) -> Result<(), StoreError> {
        let values = self.values(identity)?;
        let key = DataKey::fresh()?;
        let mut sealed: BTreeMap<SecretName, BTreeMap<String, String>> = BTreeMap::new();
        for (name, version, value) in values {
            let text = key.seal(&value, self.place(&name, version))?;
            sealed.entry(name).or_default().insert(version.to_string(), text);
        }
        self.data_key = key.lock(recipients)?;
        self.recipients = recipients.iter().map(Recipient::to_string).collect();
        self.values = sealed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_base::Timestamp;

    struct Desk {
        folder: tempfile::TempDir,
        identity: Identity,
    }

    fn desk() -> (Desk, Book) {
        let folder = tempfile::tempdir().unwrap();
        let made = Identity::make(&folder.path().join("identity.txt")).unwrap();
        let book = Book::new(&folder.path().join(FOLDER), "dev");
        assert!(book.make(std::slice::from_ref(&made.recipient)).unwrap());
        assert!(!book.make(&[made.recipient]).unwrap());
        let identity = Identity::of_file(&made.path).unwrap();
        (Desk { folder, identity }, book)
    }

    fn name() -> SecretName {
        "PIN".parse().unwrap()
    }

    fn set(book: &Book, value: &str, identity: &Identity) -> u32 {
        let at: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let value = Secret::new(value.to_owned());
        book.edit(|page| -> Result<u32, StoreError> {
            let number = page.secrets.entry(name()).or_default().set(at, "ops", None);
            page.keep(&name(), number, &value, identity)?;
            Ok(number)
        })
        .unwrap()
    }

    #[test]
    fn names_can_be_read_and_values_cannot() {
        let (desk, book) = desk();
        assert_eq!(set(&book, "seven-times-seven", &desk.identity), 1);
        fs::write(book.path().with_file_name(".draft-left"), "by a crash").unwrap();
        assert_eq!(set(&book, "eight-times-eight", &desk.identity), 2);
        let text = fs::read_to_string(book.path()).unwrap();
        assert!(text.contains("PIN") && text.contains("state = \"previous\"") && !text.contains("times"), "{text}");
        let page = book.page().unwrap();
        assert_eq!(page.value(&name(), 2, &desk.identity).unwrap().unwrap().expose(), "eight-times-eight");
        assert!(page.value(&name(), 3, &desk.identity).unwrap().is_none());
        assert_eq!(fs::read_dir(desk.folder.path().join(FOLDER)).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_change_of_one_value_changes_few_lines() {
        let (desk, book) = desk();
        set(&book, "seven-times-seven", &desk.identity);
        let before = fs::read_to_string(book.path()).unwrap();
        set(&book, "eight-times-eight", &desk.identity);
        let after = fs::read_to_string(book.path()).unwrap();
        let kept = before.lines().filter(|line| after.contains(line)).count();
        assert!(kept + 1 >= before.lines().count(), "only the state of the version before changes: {after}");
    }

    #[test]
    fn recipients_come_and_go() {
        let (desk, book) = desk();
        set(&book, "seven-times-seven", &desk.identity);
        let other = Identity::make(&desk.folder.path().join("other.txt")).unwrap();
        let reader = Identity::of_file(&other.path).unwrap();
        let refused = book.page().unwrap().value(&name(), 1, &reader);
        assert!(matches!(refused, Err(StoreError::NoIdentity { .. })), "{refused:?}");
        let (both, alone) = ([desk.identity.recipients(), vec![other.recipient.clone()]].concat(), [other.recipient]);
        book.edit(|page| page.re_encrypt(&both, &desk.identity)).unwrap();
        assert_eq!(book.page().unwrap().value(&name(), 1, &reader).unwrap().unwrap().expose(), "seven-times-seven");
        book.edit(|page| page.re_encrypt(&alone, &reader)).unwrap();
        assert!(book.page().unwrap().value(&name(), 1, &desk.identity).is_err());
    }

    #[test]
    fn a_foreign_or_broken_book_is_refused() {
        let (desk, book) = desk();
        let other = Book::new(&desk.folder.path().join(FOLDER), "prod");
        assert!(matches!(other.page(), Err(StoreError::NoBook { .. })));
        fs::copy(book.path(), other.path()).unwrap();
        let said = other.page().unwrap_err().to_string();
        assert!(said.ends_with("it says that it belongs to `dev`"), "{said}");
        fs::write(book.path(), "format = 1\n").unwrap();
        assert!(matches!(book.page(), Err(StoreError::NotUnderstood { .. })));
    }
}
