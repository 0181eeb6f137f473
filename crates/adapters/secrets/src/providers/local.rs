//! The book itself, whose values are sealed.

use std::cell::OnceCell;

use callsheet_base::Secret;
use callsheet_secrets::SecretName;

use super::{Key, Provider};
use crate::identity::IdentityError;
use crate::{Book, Identity, StoreError};

/// Values in the book.
pub(crate) struct Local<'a> {
    book: Book,
    variable: &'a dyn Fn(&str) -> Option<String>,
    identity: OnceCell<Identity>,
}

impl<'a> Local<'a> {
    pub(crate) fn new(book: &Book, variable: &'a dyn Fn(&str) -> Option<String>) -> Local<'a> {
        Local { book: book.clone(), variable, identity: OnceCell::new() }
    }

    fn identity(&self) -> Result<&Identity, StoreError> {
        if let Some(found) = self.identity.get() {
            return Ok(found);
        }
        let failed = |source: IdentityError| {
            let environment = self.book.environment().to_owned();
            StoreError::NoIdentity { environment, source }
        };
        let found = Identity::find(self.variable).map_err(failed)?;
        Ok(self.identity.get_or_init(|| found))
    }
}

impl Provider for Local<'_> {
    fn read(&self, key: Key) -> Result<Option<Secret<String>>, StoreError> {
        self.book.page()?.value(key.name, key.version, self.identity()?)
    }

    fn newest(&self, _: &str, _: &SecretName) -> Result<Option<Secret<String>>, StoreError> {
        Ok(None)
    }

    fn write(&self, key: Key, value: &Secret<String>) -> Result<(), StoreError> {
        let identity = self.identity()?;
        self.book.edit(|page| page.keep(key.name, key.version, value, identity))
    }

    fn destroy(&self, key: Key) -> Result<(), StoreError> {
        self.book.edit(|page| {
            page.destroy(key.name, key.version);
            Ok(())
        })
    }
}
