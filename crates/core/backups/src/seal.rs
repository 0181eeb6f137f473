//! The form in which a manifest is stored, and how a changed or exchanged one is told.
//!
//! Two lines of JSON: the manifest, and its seal. The seal is taken over the first line's bytes, so that no later version of this program has to write
//! them the same way to check them. Its checksum tells what was damaged; with a key it is an HMAC-SHA256 (RFC 2104), which nobody can make who does
//! not have the key.

use callsheet_base::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use subtle::ConstantTimeEq as _;

use crate::{BackupId, Manifest};

/// Why a manifest is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tampered {
    /// Not the two lines that it should be, or of a newer version.
    #[error("the manifest cannot be read: {0}")]
    Unreadable(String),
    /// Its checksum is another.
    #[error("the manifest was changed: its checksum is another")]
    Checksum,
    /// It was sealed with another key, or changed by somebody who has none.
    #[error("the manifest was changed, or sealed with another key than the configured one")]
    Mac,
    /// It carries no seal although a key is configured.
    #[error("the manifest is not sealed, although a key is configured")]
    NotSealed,
    /// It is another backup's.
    #[error("the manifest is that of {0}, which belongs elsewhere")]
    Exchanged(BackupId),
}

#[derive(Serialize, Deserialize)]
struct Seal {
    checksum: Digest,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    hmac_sha256: Option<Digest>,
}

/// A record as it is stored; sealed, if there is a key.
pub fn seal<T: Serialize>(record: &T, key: Option<&[u8]>) -> Result<String, serde_json::Error> {
    let first = serde_json::to_string(record)?;
    let seal = Seal { checksum: Digest::of(first.as_bytes()), hmac_sha256: key.map(|key| hmac(key, first.as_bytes())) };
    Ok(format!("{first}\n{}\n", serde_json::to_string(&seal)?))
}

/// Reads the manifest that [`seal()`] wrote and that was found where the backup `expected` of `database` lies.
pub fn unseal(text: &str, key: Option<&[u8]>, expected: &BackupId, database: &str) -> Result<Manifest, Tampered> {
    let manifest: Manifest = unseal_record(text, key)?;
    if manifest.schema != Manifest::SCHEMA {
        let what = format!("its schema is `{}`, this version knows `{}`", manifest.schema, Manifest::SCHEMA);
        return Err(Tampered::Unreadable(what));
    }
    if manifest.id != *expected || manifest.database != database {
        return Err(Tampered::Exchanged(manifest.id));
    }
    Ok(manifest)
}

/// Reads what [`seal()`] wrote. With a key, only what was sealed with it is believed.
pub fn unseal_record<T: DeserializeOwned>(text: &str, key: Option<&[u8]>) -> Result<T, Tampered> {
    let unreadable = |cause: &dyn std::fmt::Display| Tampered::Unreadable(cause.to_string());
    let (first, second) = text.split_once('\n').ok_or_else(|| unreadable(&"it has no second line"))?;
    let seal: Seal = serde_json::from_str(second.trim_end()).map_err(|error| unreadable(&error))?;
    if seal.checksum != Digest::of(first.as_bytes()) {
        return Err(Tampered::Checksum);
    }
    if let Some(key) = key {
        let found = seal.hmac_sha256.ok_or(Tampered::NotSealed)?;
        if !bool::from(found.as_bytes().ct_eq(hmac(key, first.as_bytes()).as_bytes())) {
            return Err(Tampered::Mac);
        }
    }
    serde_json::from_str(first).map_err(|error| unreadable(&error))
}

/// RFC 2104 with SHA-256.
fn hmac(key: &[u8], message: &[u8]) -> Digest {
    const BLOCK: usize = 64;
    let mut padded = [0u8; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&sha2::Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let keyed = |mask: u8| {
        let mut hasher = sha2::Sha256::new();
        hasher.update(padded.map(|byte| byte ^ mask));
        hasher
    };
    let inner = keyed(0x36).chain_update(message).finalize();
    Digest::from_bytes(keyed(0x5c).chain_update(inner).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::manifest;

    #[test]
    fn the_hmac_is_that_of_rfc_4231() {
        let check = |key: &[u8], message: &[u8], expected: &str| assert_eq!(hmac(key, message).to_string(), expected);
        check(&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
    }

    #[test]
    fn what_is_sealed_reads_back() {
        let manifest = manifest("2026-11-22T10:00:00Z");
        for key in [None, Some(b"key".as_slice())] {
            let text = seal(&manifest, key).unwrap();
            assert_eq!(unseal(&text, key, &manifest.id, "main"), Ok(manifest.clone()));
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let manifest = manifest("2026-11-22T10:00:00Z");
        let text = seal(&manifest, None).unwrap();
        for at in 0..text.len() - 1 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(unseal(&changed, None, &manifest.id, "main").is_err(), "byte {at}: {changed}");
        }
    }

    #[test]
    fn whoever_has_no_key_cannot_seal() {
        let mut manifest = manifest("2026-11-22T10:00:00Z");
        let id = manifest.id.clone();
        let unsealed = seal(&manifest, None).unwrap();
        assert_eq!(unseal(&unsealed, Some(b"key"), &id, "main"), Err(Tampered::NotSealed));
        manifest.contents.clear();
        let forged = seal(&manifest, Some(b"another")).unwrap();
        assert_eq!(unseal(&forged, Some(b"key"), &id, "main"), Err(Tampered::Mac));
    }

    #[test]
    fn an_exchanged_manifest_is_told() {
        let (one, other) = (manifest("2026-11-22T10:00:00Z"), manifest("2026-11-23T10:00:00Z"));
        let text = seal(&one, Some(b"key")).unwrap();
        assert_eq!(unseal(&text, Some(b"key"), &other.id, "main"), Err(Tampered::Exchanged(one.id.clone())));
        assert_eq!(unseal(&text, Some(b"key"), &one.id, "audit"), Err(Tampered::Exchanged(one.id)));
    }
}
