//! From a reference to its value, at the moment of use.

use std::path::{Path, PathBuf};

use callsheet_base::Secret;
use callsheet_secrets::{
    Entry, Ground, LOCAL, Part, Reference, SecretName, Settings, State, StoreSettings, Version, Which,
};

use crate::book::Readable;
use crate::providers::{Key, Provider, provider};
use crate::{Book, FOLDER, Identity, Page, StoreError};

/// Reads secrets of one environment.
#[derive(Clone, Debug)]
pub struct Keyring {
    ground: Ground,
    book: Book,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Keyring {
    /// Of `environment`, whose book lies in the folder [`FOLDER`] below `root`.
    pub fn new(root: &Path, environment: &str, ground: Ground) -> Keyring {
        let folder: PathBuf = root.join(FOLDER);
        Keyring { ground, book: Book::new(&folder, environment) }
    }

    /// The environment's book.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// What is configured of a secret; what holds for all if nothing is.
    pub fn settings(&self, name: &SecretName) -> Settings {
        self.ground.secrets.get(name).cloned().unwrap_or_default()
    }

    fn provider(&self, store: &str) -> Result<Box<dyn Provider>, StoreError> {
        let settings = self.ground.stores.get(store);
        let settings = settings.or((store == LOCAL).then_some(&StoreSettings::Local));
        provider(store, settings.ok_or_else(|| StoreError::NoStore(store.to_owned()))?, &self.book, &variable)
    }

    /// What the book says of a secret; `None`: nothing.
    pub fn entry(&self, name: &SecretName) -> Result<Option<Entry>, StoreError> {
        match self.book.page() {
            Ok(page) => Ok(page.secrets.get(name).cloned()),
            Err(StoreError::NoBook { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The value that is meant. `Ok(None)`: no other version is accepted now (`@previous`).
    pub fn resolve(&self, reference: &Reference) -> Result<Option<Secret<String>>, StoreError> {
        let name = &reference.name;
        let Some(entry) = self.entry(name)? else { return self.unkept(reference) };
        let picked = entry.pick(reference.which);
        let picked = picked.map_err(|source| StoreError::NoVersion { name: name.clone(), source })?;
        picked.map(|version| self.part(name, version, reference.part)).transpose()
    }

    /// A part of one version.
    pub fn part(&self, name: &SecretName, version: &Version, part: Part) -> Result<Secret<String>, StoreError> {
        let no_user = || StoreError::NoUser(name.clone());
        if part == Part::User {
            return version.user.clone().map(Secret::new).ok_or_else(no_user);
        }
        let value = self.value(name, version.number)?;
        let address = self.settings(name).url.filter(|_| part == Part::Whole);
        let Some(address) = address else { return Ok(value) };
        let user = version.user.as_deref().unwrap_or_default();
        if user.is_empty() && address.contains("{user}") {
            return Err(no_user());
        }
        let encoded = Secret::new(percent_encoded(value.expose()));
        Ok(Secret::new(address.replace("{user}", &percent_encoded(user)).replace("{password}", encoded.expose())))
    }

    /// One version's value.
    pub fn value(&self, name: &SecretName, version: u32) -> Result<Secret<String>, StoreError> {
        let store = self.settings(name).store;
        let key = Key { environment: self.book.environment(), name, version };
        let found = self.provider(&store)?.read(key)?;
        found.ok_or_else(|| StoreError::Gone { store, name: name.clone(), version })
    }

    /// Whether the version's value is stored.
    pub(crate) fn has_value(&self, name: &SecretName, version: u32) -> Result<bool, StoreError> {
        let key = Key { environment: self.book.environment(), name, version };
        Ok(self.provider(&self.settings(name).store)?.read(key)?.is_some())
    }

    /// Keeps a version's value.
    pub fn keep(&self, name: &SecretName, version: u32, value: &Secret<String>) -> Result<(), StoreError> {
        let key = Key { environment: self.book.environment(), name, version };
        self.provider(&self.settings(name).store)?.write(key, value)
    }

    /// Destroys a version's value.
    pub fn destroy(&self, name: &SecretName, version: u32) -> Result<(), StoreError> {
        let key = Key { environment: self.book.environment(), name, version };
        self.provider(&self.settings(name).store)?.destroy(key)
    }

    /// A secret of which no book is kept: whoever fills its store rotates it.
    fn unkept(&self, reference: &Reference) -> Result<Option<Secret<String>>, StoreError> {
        let name = &reference.name;
        let environment = self.book.environment();
        let unknown = || StoreError::Unknown { name: name.clone(), environment: environment.to_owned() };
        let store = self.settings(name).store;
        if store == LOCAL {
            return Err(unknown());
        }
        if reference.which == Which::Previous {
            return Ok(None);
        }
        self.provider(&store)?.newest(environment, name)?.map(Some).ok_or_else(unknown)
    }

    /// Every value that the book itself keeps, with its name; quick, and without anybody else. None if there is no book.
    pub fn kept_values(&self) -> Result<Vec<(String, Secret<String>)>, StoreError> {
        let Some((page, identity)) = self.opened()? else { return Ok(Vec::new()) };
        Ok(page.values(&identity)?.into_iter().map(|(name, _, value)| (name.to_string(), value)).collect())
    }

    /// As [`Keyring::kept_values`], but one that was altered hides no other.
    pub fn readable_values(&self) -> Result<Readable, StoreError> {
        let Some((page, identity)) = self.opened()? else { return Ok(Readable::default()) };
        page.readable(&identity)
    }

    /// The book, if it keeps anything, and who reads it.
    fn opened(&self) -> Result<Option<(Page, Identity)>, StoreError> {
        let page = match self.book.page() {
            Ok(page) if !page.secrets.is_empty() => page,
            Ok(_) | Err(StoreError::NoBook { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let no_identity = |source| StoreError::NoIdentity { environment: self.book.environment().to_owned(), source };
        Ok(Some((page, Identity::find(variable).map_err(no_identity)?)))
    }

    /// Every value that can be read, with its name, in whichever store: what must stand nowhere. Revoked ones as long as they are kept.
    pub fn all_values(&self) -> Result<Vec<(String, Secret<String>)>, StoreError> {
        let mut all = self.kept_values()?;
        let page = match self.book.page() {
            Ok(page) => page,
            Err(StoreError::NoBook { .. }) => return self.unkept_values(&[]),
            Err(error) => return Err(error),
        };
        for (name, entry) in page.secrets.iter().filter(|(name, _)| self.settings(name).store != LOCAL) {
            for version in entry.versions.iter().filter(|version| !version.destroyed) {
                match self.value(name, version.number) {
                    Ok(value) => all.push((name.to_string(), value)),
                    Err(StoreError::Gone { .. }) if version.state == State::Revoked => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let kept: Vec<&SecretName> = page.secrets.keys().collect();
        all.extend(self.unkept_values(&kept)?);
        Ok(all)
    }

    /// Values of declared secrets without a book.
    fn unkept_values(&self, kept: &[&SecretName]) -> Result<Vec<(String, Secret<String>)>, StoreError> {
        let declared = self.ground.secrets.iter();
        let mut all = Vec::new();
        for (name, settings) in declared.filter(|(name, settings)| settings.store != LOCAL && !kept.contains(name)) {
            if let Some(value) = self.provider(&settings.store)?.newest(self.book.environment(), name)? {
                all.push((name.to_string(), value));
            }
        }
        Ok(all)
    }
}

/// As it may stand in an address.
fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
