//! Seals tax numbers under keys that change: AES-256-GCM, each under the key whose name stands beside it, bound to its row. A keyed
//! digest (blind index) finds equal numbers without opening any.

use fleet_kit::config::Secret;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{hkdf, hmac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::number::Afm;

/// Why a number was not sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Its key is not configured here.
    #[error("the key of this tax number is not configured")]
    UnknownKey,
    /// The bytes were changed, or moved from another row.
    #[error("a sealed tax number was tampered with")]
    Tampered,
    /// The system has no random bytes.
    #[error("the system has no random bytes")]
    Random,
}

/// A sealed number as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Nonce, then the sealed digits.
    pub bytes: Vec<u8>,
    /// The name of the key.
    pub key: String,
    /// The blind index under that key.
    pub index: Vec<u8>,
}

/// The keys that are good now. All of them open and find; only the current one seals.
pub struct Keys {
    current: Key,
    /// Sealed with before the last rotation: what is under these is sealed anew, bit by bit.
    previous: Vec<Key>,
    /// Will seal after the next step of a rotation: other instances may seal with it already.
    next: Vec<Key>,
}

struct Key {
    name: String,
    seal: LessSafeKey,
    index: hmac::Key,
}

impl Key {
    fn derive(secret: &Secret) -> Key {
        let name = hex::encode(&Sha256::digest(format!("name of {}", secret.expose()))[..6]);
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"grants tax numbers");
        let root = salt.extract(secret.expose().as_bytes());
        let mut bytes = [[0; 32]; 2];
        for (purpose, bytes) in [&b"seal"[..], b"index"].iter().zip(&mut bytes) {
            let filled = root.expand(&[purpose], hkdf::HKDF_SHA256).and_then(|output| output.fill(bytes));
            debug_assert!(filled.is_ok(), "32 bytes are one block of SHA-256");
        }
        let seal = UnboundKey::new(&AES_256_GCM, &bytes[0]).map(LessSafeKey::new);
        let index = hmac::Key::new(hmac::HMAC_SHA256, &bytes[1]);
        match seal {
            Ok(seal) => Key { name, seal, index },
            Err(_) => unreachable!("AES-256 takes 32 bytes"),
        }
    }

    fn index(&self, afm: &Afm) -> Vec<u8> {
        hmac::sign(&self.index, afm.expose().as_bytes()).as_ref().to_vec()
    }
}

impl Keys {
    /// Derives them from the configured secrets.
    pub fn new(current: &Secret, previous: &[Secret], next: &[Secret]) -> Keys {
        let derive = |secrets: &[Secret]| secrets.iter().map(Key::derive).collect();
        Keys { current: Key::derive(current), previous: derive(previous), next: derive(next) }
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        [&self.current].into_iter().chain(&self.previous).chain(&self.next)
    }

    /// The name of the key that seals.
    pub fn current(&self) -> &str {
        &self.current.name
    }

    /// The names of keys whose numbers are to be sealed anew.
    pub fn previous(&self) -> Vec<String> {
        self.previous.iter().map(|key| key.name.clone()).collect()
    }

    /// The names of all keys that are good.
    pub fn names(&self) -> Vec<String> {
        self.all().map(|key| key.name.clone()).collect()
    }

    /// Seals a number for the row `id`.
    pub fn seal(&self, afm: &Afm, id: Uuid) -> Result<Sealed, SealError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| SealError::Random)?;
        let mut sealed = afm.expose().as_bytes().to_vec();
        let key = &self.current;
        key.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(id.as_bytes()), &mut sealed)
            .map_err(|_| SealError::Random)?;
        Ok(Sealed { bytes: [&nonce[..], &sealed].concat(), key: key.name.clone(), index: key.index(afm) })
    }

    /// Opens the number of the row `id`.
    pub fn open(&self, bytes: &[u8], key: &str, id: Uuid) -> Result<Afm, SealError> {
        let key = self.all().find(|known| known.name == key).ok_or(SealError::UnknownKey)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(SealError::Tampered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Tampered)?;
        let mut sealed = sealed.to_vec();
        let opened = key.seal.open_in_place(nonce, Aad::from(id.as_bytes()), &mut sealed);
        let digits = std::str::from_utf8(opened.map_err(|_| SealError::Tampered)?).map_err(|_| SealError::Tampered)?;
        Afm::read(digits).map_err(|_| SealError::Tampered)
    }

    /// Under which indexes a number may be found: one for each key.
    pub fn indexes(&self, afm: &Afm) -> Vec<Vec<u8>> {
        self.all().map(|key| key.index(afm)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(current: &str, previous: &[&str], next: &[&str]) -> Keys {
        let secrets = |texts: &[&str]| texts.iter().map(|&text| Secret::new(text.to_owned())).collect::<Vec<_>>();
        Keys::new(&Secret::new(current.to_owned()), &secrets(previous), &secrets(next))
    }

    #[test]
    fn a_number_is_opened_by_its_key_in_its_row_alone() {
        let (afm, id) = (Afm::read("123456783").unwrap(), Uuid::now_v7());
        let keys = keys("one", &[], &[]);
        let sealed = keys.seal(&afm, id).unwrap();
        assert_eq!(keys.open(&sealed.bytes, &sealed.key, id).unwrap(), afm);
        assert_eq!(keys.open(&sealed.bytes, &sealed.key, Uuid::now_v7()).unwrap_err(), SealError::Tampered);
        assert_eq!(keys.open(&sealed.bytes[..8], &sealed.key, id).unwrap_err(), SealError::Tampered);
        let again = keys.seal(&afm, id).unwrap();
        assert!(again.bytes != sealed.bytes && again.index == sealed.index);
        assert!(!sealed.bytes.windows(9).any(|window| window == b"123456783"));
    }

    #[test]
    fn each_step_of_a_rotation_opens_and_finds_what_the_other_instances_seal() {
        let (afm, id) = (Afm::read("123456783").unwrap(), Uuid::now_v7());
        let steps =
            [keys("old", &[], &[]), keys("old", &[], &["new"]), keys("new", &["old"], &[]), keys("new", &[], &[])];
        for (before, after) in [(0, 1), (1, 2), (2, 3)] {
            for (writer, reader) in [(before, after), (after, before)] {
                let sealed = steps[writer].seal(&afm, id).unwrap();
                // After the last step the old key is gone: what is under it was sealed anew before.
                if steps[writer].current() == steps[reader].current() || (writer, reader) != (0, 3) {
                    assert_eq!(steps[reader].open(&sealed.bytes, &sealed.key, id).unwrap(), afm, "{writer} → {reader}");
                    assert!(steps[reader].indexes(&afm).contains(&sealed.index));
                }
            }
        }
        let sealed = steps[0].seal(&afm, id).unwrap();
        assert_eq!(steps[3].open(&sealed.bytes, &sealed.key, id).unwrap_err(), SealError::UnknownKey);
    }
}
