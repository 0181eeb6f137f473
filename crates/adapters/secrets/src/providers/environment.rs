//! This process's environment: the variable of the secret's name.

use callsheet_base::Secret;
use callsheet_secrets::SecretName;

use super::{Key, Provider};
use crate::StoreError;

pub(super) struct Environment<'a> {
    store: String,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Environment<'a> {
    pub(super) fn new(store: &str, variable: &'a dyn Fn(&str) -> Option<String>) -> Environment<'a> {
        Environment { store: store.to_owned(), variable }
    }
}

impl Provider for Environment<'_> {
    fn read(&self, key: Key) -> Result<Option<Secret<String>>, StoreError> {
        self.newest(key.environment, key.name)
    }

    fn newest(&self, _: &str, name: &SecretName) -> Result<Option<Secret<String>>, StoreError> {
        Ok((self.variable)(name.as_str()).filter(|value| !value.is_empty()).map(Secret::new))
    }

    fn write(&self, _: Key, _: &Secret<String>) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly(self.store.clone()))
    }

    fn destroy(&self, _: Key) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly(self.store.clone()))
    }
}
