//! What the tests share: a storage in a folder, keys, and the way there and back.

use std::path::{Path, PathBuf};
use std::process::Command;

use age::secrecy::ExposeSecret as _;
use callsheet_backup_tools::{
    BackupError, Creation, Identities, Location, Place, Proof, Recipients, Repository, Storage, Upto, create, verify,
};
use callsheet_backups::{Kind, Manifest, Objectives, Query, Verification};
use callsheet_base::Secret;

/// A new identity, and its recipient.
pub fn key() -> (String, String) {
    let identity = age::x25519::Identity::generate();
    (identity.to_string().expose_secret().to_owned(), identity.to_public().to_string())
}

pub struct World {
    folder: tempfile::TempDir,
    pub identity: String,
    recipient: String,
}

impl World {
    pub fn new() -> World {
        let (identity, recipient) = key();
        World { folder: tempfile::tempdir().unwrap(), identity, recipient }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn storage(&self) -> PathBuf {
        self.path("storage")
    }

    /// Encrypted and sealed.
    pub fn repository(&self, database: &str) -> Repository {
        self.opened(database, &self.identity, "a seal key")
    }

    pub fn opened(&self, database: &str, identity: &str, seal_key: &str) -> Repository {
        let storage = Storage::open(&Location::Folder(self.storage())).unwrap();
        let identities = Identities::read(&Secret::new(identity.to_owned())).unwrap();
        Repository::new(
            storage,
            database,
            Recipients::read(std::slice::from_ref(&self.recipient)).unwrap(),
            identities,
            Some(Secret::new(seal_key.as_bytes().to_vec())),
        )
    }

    pub fn create(&self, repository: &Repository, url: &str, kind: Kind) -> Result<Manifest, BackupError> {
        let place = Place::parse(url).unwrap();
        let creation = Creation { place, kind, folder: self.path("work"), by: "tests".to_owned() };
        create(repository, &creation, &mut |_| {})
    }

    pub fn verify(
        &self,
        repository: &Repository,
        manifest: &Manifest,
        queries: &[(&str, &str)],
    ) -> Result<Verification, BackupError> {
        verify(repository, manifest, &self.proof(queries, Upto::Backup, None), &mut |_| {})
    }

    pub fn proof(&self, queries: &[(&str, &str)], upto: Upto, place: Option<Place>) -> Proof {
        let query = |&(text, expect): &(&str, &str)| Query { text: text.to_owned(), expect: Some(expect.to_owned()) };
        Proof {
            place,
            upto,
            queries: queries.iter().map(query).collect(),
            objectives: Objectives::default(),
            folder: PathBuf::new(),
            by: "tests".to_owned(),
            drill: false,
        }
    }
}

/// Runs SQL through `psql`.
pub fn psql(url: &str, sql: &str) -> String {
    let output = Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// All files beneath a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}
