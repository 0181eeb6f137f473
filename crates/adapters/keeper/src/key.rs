//! The state folder's key, under which snapshots of the shell are encrypted.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// 32 random bytes in `STATE/key`, readable by the owner alone.
#[derive(Clone)]
pub struct StateKey(Zeroizing<[u8; 32]>);

impl StateKey {
    /// Reads the key, or makes one if there is none. Of two makers at once both get the first one's key.
    pub fn open_or_create(state: &Path) -> io::Result<StateKey> {
        match StateKey::open(state) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => StateKey::create(state),
            other => other,
        }
    }

    /// Reads the key.
    pub fn open(state: &Path) -> io::Result<StateKey> {
        let mut key = Zeroizing::new([0; 32]);
        std::fs::File::open(state.join("key"))?.read_exact(&mut *key)?;
        Ok(StateKey(key))
    }

    fn create(state: &Path) -> io::Result<StateKey> {
        std::fs::create_dir_all(state)?;
        let mut key = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut *key).map_err(|_| io::Error::other("no randomness from the operating system"))?;
        // Written whole under another name, then linked: a reader never sees half a key, a second maker loses.
        let draft = state.join(format!("key.{}.{}", std::process::id(), hex::encode(&key[..4])));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(&*key)?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&draft, state.join("key"));
        std::fs::remove_file(&draft)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => std::fs::File::open(state)?.sync_all()?,
        }
        StateKey::open(state)
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for StateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StateKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::StateKey;

    #[test]
    fn made_once_and_private() {
        let state = tempfile::tempdir().unwrap();
        let first = StateKey::open_or_create(state.path()).unwrap();
        let second = StateKey::open_or_create(state.path()).unwrap();
        assert_eq!(first.bytes(), second.bytes());
        let mode = std::fs::metadata(state.path().join("key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(state.path()).unwrap().count(), 1);
    }
}
