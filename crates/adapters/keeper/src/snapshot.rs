//! Snapshots of the shell's state on the disk: encrypted with the state folder's key, bound to their run and name.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use callsheet_base::RunId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::key::StateKey;
use crate::protocol::SnapshotId;
use crate::run_dir::RunDir;
use crate::shell::ShellState;

/// The file format's first bytes.
const MAGIC: &[u8; 4] = b"CSS1";

/// True if the name can be a file's name.
pub(crate) fn is_valid(id: &SnapshotId) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    (1..=200).contains(&id.0.len()) && !id.0.starts_with('.') && id.0.bytes().all(allowed)
}

/// Writes a snapshot. One that was cut short fails its check, and no record names it. Not synced: after a power cut it may be
/// missing.
pub(crate) fn store(run: &RunDir, id: RunId, name: &SnapshotId, key: &StateKey, state: &ShellState) -> io::Result<()> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).map_err(|_| io::Error::other("no randomness from the operating system"))?;
    let mut text = Zeroizing::new(serde_json::to_vec(state)?);
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound_to(id, name), &mut *text)
        .map_err(|_| io::Error::other("the snapshot could not be encrypted"))?;
    let path = run.snapshot(name);
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(&[&MAGIC[..], &nonce, &text].concat())
    };
    write().inspect_err(|_| drop(std::fs::remove_file(&path)))
}

/// Reads a snapshot; the error is a sentence for the operator.
pub(crate) fn load(run: &RunDir, id: RunId, name: &SnapshotId, key: &StateKey) -> Result<ShellState, String> {
    let path = run.snapshot(name);
    let file = std::fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let damaged = || format!("`{}` is damaged, or was encrypted with another key", path.display());
    let rest = file.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let (nonce, sealed) = rest.split_at_checked(NONCE_LEN).ok_or_else(damaged)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
    let mut sealed = Zeroizing::new(sealed.to_vec());
    let cipher = cipher(key).map_err(|error| error.to_string())?;
    let text = cipher.open_in_place(nonce, bound_to(id, name), &mut sealed).map_err(|_| damaged())?;
    serde_json::from_slice(text).map_err(|error| format!("`{}` is of another version: {error}", path.display()))
}

fn cipher(key: &StateKey) -> io::Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key.bytes()).map_err(|_| io::Error::other("the key is unusable"))?;
    Ok(LessSafeKey::new(key))
}

/// A snapshot copied to another run or name does not open.
fn bound_to(id: RunId, name: &SnapshotId) -> Aad<Vec<u8>> {
    Aad::from([id.as_bytes(), name.0.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> ShellState {
        let dump = b"\0/tmp\n0022\n\0\0declare -- a=\"plain value\"\n\0\0end";
        ShellState::read(dump, &[], None).unwrap()
    }

    #[test]
    fn comes_back_only_under_its_own_name_run_and_key() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::new(folder.path().join("run"));
        run.create().unwrap();
        let key = StateKey::open_or_create(folder.path()).unwrap();
        let (id, name) = (RunId::from_bytes([1; 16]), SnapshotId("deploy.1".into()));
        store(&run, id, &name, &key, &state()).unwrap();
        assert_eq!(load(&run, id, &name, &key), Ok(state()));
        let bytes = std::fs::read(run.snapshot(&name)).unwrap();
        assert!(memchr::memmem::find(&bytes, b"plain value").is_none());
        assert!(load(&run, RunId::from_bytes([2; 16]), &name, &key).unwrap_err().contains("damaged"));
        let other = SnapshotId("other".into());
        std::fs::copy(run.snapshot(&name), run.snapshot(&other)).unwrap();
        assert!(load(&run, id, &other, &key).unwrap_err().contains("damaged"));
        assert!(load(&run, id, &SnapshotId("none".into()), &key).unwrap_err().contains("cannot read"));
        std::fs::write(run.snapshot(&name), &bytes[..bytes.len() - 1]).unwrap();
        assert!(load(&run, id, &name, &key).unwrap_err().contains("damaged"));
    }

    #[test]
    fn names_are_file_names() {
        assert!(is_valid(&SnapshotId("deploy.0.2".into())));
        for bad in ["", "a/b", "..", ".hidden", "a b"] {
            assert!(!is_valid(&SnapshotId(bad.into())), "{bad}");
        }
    }
}
