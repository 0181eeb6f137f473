//! The backups of one database in a storage.
//!
//! `DATABASE/ID/00000001` and on are the pieces, `DATABASE/ID/manifest` is written last, `DATABASE/ID/verification` is the record of the last restore
//! into a scratch instance; `DATABASE/wal/SYSTEM/SEGMENT/` are archived segments of PostgreSQL's log in the same form.

use callsheet_backups::{BackupId, Entry, Manifest, Tampered, Verification, seal, unseal, unseal_record};
use callsheet_base::Secret;

use crate::pipeline::{Expected, Identities, PIECE, Pieces, Recipients, Sink, Source};
use crate::{BackupError, Storage};

/// The backups of one database.
pub struct Repository {
    pub(crate) storage: Storage,
    pub(crate) database: String,
    pub(crate) recipients: Recipients,
    pub(crate) identities: Identities,
    pub(crate) seal_key: Option<Secret<Vec<u8>>>,
    pub(crate) piece_bytes: usize,
}

/// A backup whose manifest is not believed.
#[derive(Debug)]
pub struct Broken {
    /// Which.
    pub id: BackupId,
    /// Why.
    pub why: Tampered,
}

/// What a repository holds.
#[derive(Debug, Default)]
pub struct Listed {
    /// Backups, oldest first.
    pub entries: Vec<Entry>,
    /// Those whose manifest is not believed.
    pub broken: Vec<Broken>,
    /// Beginnings without a manifest: of backups that are being made, or were given up. They are no backups.
    pub unfinished: Vec<BackupId>,
}

impl Repository {
    /// The backups of `database`. Without a key manifests carry a checksum alone.
    pub fn new(
        storage: Storage,
        database: &str,
        recipients: Recipients,
        identities: Identities,
        seal_key: Option<Secret<Vec<u8>>>,
    ) -> Repository {
        Repository { storage, database: database.to_owned(), recipients, identities, seal_key, piece_bytes: PIECE }
    }

    /// Cuts new backups into pieces of this many bytes; memory is bounded by about five of them.
    pub fn with_piece_bytes(mut self, bytes: usize) -> Repository {
        self.piece_bytes = bytes.max(1);
        self
    }

    /// The way in for what is called `name` and lies in `folder`.
    pub(crate) fn sink(&self, folder: &str, name: &str) -> Result<Sink, BackupError> {
        let pieces = Pieces::new(&self.storage, folder, self.piece_bytes);
        Sink::open(pieces, &self.database, name, &self.recipients)
    }

    /// Where it lies, for people.
    pub fn describe(&self) -> String {
        format!("{}/{}", self.storage.describe().trim_end_matches('/'), self.database)
    }

    pub(crate) fn folder(&self, id: &BackupId) -> String {
        format!("{}/{id}", self.database)
    }

    pub(crate) fn key(&self) -> Option<&[u8]> {
        self.seal_key.as_ref().map(|key| key.expose().as_slice())
    }

    /// Whether what is stored can be read by whoever reads the storage.
    pub fn is_encrypted(&self) -> bool {
        !self.recipients.texts().is_empty()
    }

    /// All that there is.
    pub fn list(&self) -> Result<Listed, BackupError> {
        let mut listed = Listed::default();
        for name in self.storage.folders(&self.database)? {
            let Ok(id) = name.parse::<BackupId>() else { continue };
            match self.manifest(&id) {
                Ok(Some(manifest)) => {
                    let verification = self.verification(&id)?;
                    listed.entries.push(Entry { manifest, verification });
                }
                Ok(None) => listed.unfinished.push(id),
                Err(BackupError::Tampered { backup, why }) => listed.broken.push(Broken { id: backup, why }),
                Err(other) => return Err(other),
            }
        }
        Ok(listed)
    }

    /// A backup's manifest; `None` if there is none.
    pub fn manifest(&self, id: &BackupId) -> Result<Option<Manifest>, BackupError> {
        let Some(bytes) = self.storage.get(&format!("{}/manifest", self.folder(id)))? else { return Ok(None) };
        let tampered = |why| BackupError::Tampered { backup: id.clone(), why };
        let text = String::from_utf8(bytes).map_err(|error| tampered(Tampered::Unreadable(error.to_string())))?;
        unseal(&text, self.key(), id, &self.database).map(Some).map_err(tampered)
    }

    /// The last restore into a scratch instance. A record that is not believed proves nothing.
    fn verification(&self, id: &BackupId) -> Result<Option<Verification>, BackupError> {
        let bytes = self.storage.get(&format!("{}/verification", self.folder(id)))?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let read = text.and_then(|text| unseal_record::<Verification>(&text, self.key()).ok());
        Ok(read.filter(|verification| verification.backup == *id))
    }

    /// Keeps the record of a restore into a scratch instance.
    pub(crate) fn record(&self, verification: &Verification) -> Result<(), BackupError> {
        let text = self.sealed(verification)?;
        self.storage.put(&format!("{}/verification", self.folder(&verification.backup)), text)
    }

    pub(crate) fn sealed<T: serde::Serialize>(&self, record: &T) -> Result<Vec<u8>, BackupError> {
        let text = seal(record, self.key());
        text.map(String::into_bytes)
            .map_err(|error| BackupError::Refused(format!("a record cannot be written: {error}")))
    }

    /// The backup's bytes, checked on their way.
    pub(crate) fn open(&self, manifest: &Manifest) -> Result<Source, BackupError> {
        let expected = Expected {
            database: manifest.database.clone(),
            name: manifest.id.to_string(),
            encrypted: !manifest.recipients.is_empty(),
            chunks: manifest.chunks.clone(),
            size: manifest.size,
            digest: manifest.digest,
        };
        Source::open(&self.storage, &self.folder(&manifest.id), expected, &self.identities)
    }

    /// Removes a backup: its manifest first, so that a half-removed one is none.
    pub fn remove(&self, id: &BackupId) -> Result<(), BackupError> {
        self.storage.remove(&format!("{}/manifest", self.folder(id)))?;
        self.storage.remove_all(&self.folder(id))
    }
}
