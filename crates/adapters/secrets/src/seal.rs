//! Values at rest: sealed one by one under a data key, which is encrypted with age to the recipients.

use std::io::{Read as _, Write as _};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callsheet_base::Secret;
use callsheet_secrets::SecretName;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use crate::identity::IdentityError;
use crate::{Identity, Recipient, StoreError};

/// Sealed values tell their length only to within so many bytes.
const BLOCK: usize = 64;

/// The key of all values of one book.
pub(crate) struct DataKey(Zeroizing<[u8; 32]>);

/// Where a value belongs. It is sealed with it, so it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub environment: &'a str,
    pub name: &'a SecretName,
    pub version: u32,
}

impl DataKey {
    pub(crate) fn fresh() -> Result<DataKey, StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut *bytes).map_err(|_| StoreError::NoRandom)?;
        Ok(DataKey(bytes))
    }

    /// As text that the recipients can open.
    pub(crate) fn lock(&self, recipients: &[Recipient]) -> Result<String, StoreError> {
        let wrong = |error: &dyn std::fmt::Display| StoreError::Encrypt(error.to_string());
        let to = recipients.iter().map(Recipient::as_age);
        let encryptor = age::Encryptor::with_recipients(to).map_err(|error| wrong(&error))?;
        let write = || -> std::io::Result<Vec<u8>> {
            let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
            let mut writer = encryptor.wrap_output(armor)?;
            writer.write_all(&*self.0)?;
            writer.finish()?.finish()
        };
        let text = write().map_err(|error| wrong(&error))?;
        String::from_utf8(text).map_err(|error| wrong(&error))
    }

    /// With one of the recipients' identities.
    pub(crate) fn open(text: &str, identity: &Identity) -> Result<DataKey, IdentityError> {
        let not = |_| IdentityError::NotARecipient(identity.place.clone());
        let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(text.as_bytes())).map_err(not)?;
        let mut reader = decryptor.decrypt(identity.keys()).map_err(not)?;
        let mut bytes = Zeroizing::new([0; 32]);
        let read = reader.read_exact(&mut *bytes);
        read.map_err(|_| IdentityError::NotUnderstood("the data key".to_owned()))?;
        Ok(DataKey(bytes))
    }

    pub(crate) fn seal(&self, value: &Secret<String>, place: Place) -> Result<String, StoreError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| StoreError::NoRandom)?;
        let value = value.expose().as_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(value.len() + 2 * BLOCK));
        bytes.extend_from_slice(&(value.len() as u64).to_be_bytes());
        bytes.extend_from_slice(value);
        let padded = bytes.len().next_multiple_of(BLOCK);
        bytes.resize(padded, 0);
        let key = self.key()?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.bytes()), &mut *bytes)
            .map_err(|_| StoreError::Encrypt("the value is too long".to_owned()))?;
        Ok(STANDARD.encode([&nonce[..], &bytes].concat()))
    }

    pub(crate) fn unseal(&self, text: &str, place: Place) -> Result<Secret<String>, StoreError> {
        let altered = || StoreError::Altered { name: place.name.clone(), version: place.version };
        let mut bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| altered())?);
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(altered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| altered())?;
        let opened = self.key()?.open_in_place(nonce, Aad::from(place.bytes()), sealed).map_err(|_| altered())?;
        let (length, rest) = opened.split_first_chunk::<8>().ok_or_else(altered)?;
        let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| altered())?;
        let value = rest.get(..length).ok_or_else(altered)?.to_vec();
        String::from_utf8(value).map(Secret::new).map_err(|_| altered())
    }

    fn key(&self) -> Result<LessSafeKey, StoreError> {
        let unbound = UnboundKey::new(&AES_256_GCM, &*self.0);
        unbound.map(LessSafeKey::new).map_err(|_| StoreError::Encrypt("the data key is no key".to_owned()))
    }
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        format!("callsheet-secret/1\0{}\0{}\0{}", self.environment, self.name, self.version).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_only_where_it_belongs() {
        let key = DataKey::fresh().unwrap();
        let name: SecretName = "A".parse().unwrap();
        let place = Place { environment: "dev", name: &name, version: 1 };
        let sealed = key.seal(&Secret::new("hunter2".to_owned()), place).unwrap();
        assert_eq!(sealed.len(), key.seal(&Secret::new("a longer value".to_owned()), place).unwrap().len());
        assert_eq!(key.unseal(&sealed, place).unwrap().expose(), "hunter2");
        let elsewhere = [Place { environment: "prod", ..place }, Place { version: 2, ..place }];
        for place in elsewhere {
            assert!(matches!(key.unseal(&sealed, place), Err(StoreError::Altered { .. })), "{place:?}");
        }
        let mut altered = sealed.clone();
        altered.replace_range(30..31, if &sealed[30..31] == "A" { "B" } else { "A" });
        assert!(key.unseal(&altered, place).is_err() && key.unseal("", place).is_err());
    }
}
