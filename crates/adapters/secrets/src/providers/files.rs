//! One file for each secret in a folder, as Kubernetes and systemd mount them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callsheet_base::Secret;
use callsheet_secrets::SecretName;

use super::{Key, Provider, filled, without_line_end};
use crate::StoreError;

pub(super) struct Files {
    store: String,
    folder: PathBuf,
}

impl Files {
    pub(super) fn new(store: &str, folder: &Path) -> Files {
        Files { store: store.to_owned(), folder: folder.to_owned() }
    }
}

impl Provider for Files {
    fn read(&self, key: Key) -> Result<Option<Secret<String>>, StoreError> {
        self.newest(key.environment, key.name)
    }

    fn newest(&self, environment: &str, name: &SecretName) -> Result<Option<Secret<String>>, StoreError> {
        // A name has neither `/` nor `.`: it leads out of no folder.
        let folder = PathBuf::from(filled(&self.folder.to_string_lossy(), environment, name, None));
        let path = folder.join(name.as_str());
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(without_line_end(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::file("read", &path)(error)),
        }
    }

    fn write(&self, _: Key, _: &Secret<String>) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly(self.store.clone()))
    }

    fn destroy(&self, _: Key) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly(self.store.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_without_their_line_end() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("dev")).unwrap();
        fs::write(folder.path().join("dev/PIN"), "seven-times-seven\n").unwrap();
        let files = Files::new("mounted", &folder.path().join("{environment}"));
        let newest = |name: &str| files.newest("dev", &name.parse().unwrap()).unwrap();
        assert_eq!(newest("PIN").unwrap().expose(), "seven-times-seven");
        assert!(newest("POUT").is_none());
    }
}
