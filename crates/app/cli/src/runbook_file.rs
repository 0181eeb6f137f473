//! A runbook file that is read, changed and written back byte for byte.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A file as it was read.
#[derive(Debug)]
pub struct RunbookFile {
    path: PathBuf,
    bytes: Vec<u8>,
    encoding: Encoding,
    text: String,
}

/// How the text stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
}

impl RunbookFile {
    /// Reads a file whose every byte can be written back.
    pub fn read(path: &Path) -> Result<RunbookFile, Failure> {
        let bytes = fs::read(path)
            .map_err(|error| Failure::user(format!("cannot read the runbook `{}`", path.display())).because(&error))?;
        let Some((encoding, text)) = decode(&bytes) else {
            let message =
                format!("`{}` is neither UTF-8 nor UTF-16, so it cannot be changed byte for byte", path.display());
            return Err(Failure::user(message).hint("convert it first: `iconv -f LATIN1 -t UTF-8 FILE`"));
        };
        Ok(RunbookFile { path: path.to_owned(), bytes, encoding, text })
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts a text in its place, in its encoding and with its permissions; refuses if the file is no longer what was read.
    pub fn replace(&self, text: &str) -> Result<(), Failure> {
        if text == self.text {
            return Ok(());
        }
        // A link stays a link.
        let path = self.path.canonicalize().map_err(|error| self.failed("find", &self.path).because(&error))?;
        let now = fs::read(&path).map_err(|error| self.failed("read", &path).because(&error))?;
        if now != self.bytes {
            let message = format!("`{}` was changed by somebody else meanwhile; nothing was written", path.display());
            return Err(Failure::user(message).hint("run `callsheet adopt` again"));
        }
        let permissions =
            fs::metadata(&path).map_err(|error| self.failed("read", &path).because(&error))?.permissions();
        self.put(&path, text, Some(permissions))
    }

    /// Writes a text to another file, in this file's encoding.
    pub fn write_to(&self, path: &Path, text: &str) -> Result<(), Failure> {
        self.put(path, text, None)
    }

    /// Whole or not at all: beside the file first, then in its place.
    fn put(&self, path: &Path, text: &str, permissions: Option<fs::Permissions>) -> Result<(), Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(&encode(text, self.encoding))?;
            permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&beside, path)).map_err(|error| {
            // What is half written is of no use; if it cannot be removed, the first error says why.
            let _ = fs::remove_file(&beside);
            self.failed("write", path).because(&error)
        })
    }

    fn failed(&self, verb: &str, path: &Path) -> Failure {
        Failure::environment(format!("cannot {verb} `{}`", path.display()))
    }
}

/// `None`: it cannot be written back as it is.
fn decode(bytes: &[u8]) -> Option<(Encoding, String)> {
    let units = |read: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect()
    };
    let (encoding, text) = match bytes {
        [0xFF, 0xFE, ..] => (Encoding::Utf16Little, String::from_utf16(&units(u16::from_le_bytes)).ok()?),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Big, String::from_utf16(&units(u16::from_be_bytes)).ok()?),
        _ => (Encoding::Utf8, std::str::from_utf8(bytes).ok()?.to_owned()),
    };
    (encode(&text, encoding) == bytes).then_some((encoding, text))
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16Little => {
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        }
        Encoding::Utf16Big => [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn every_encoding_comes_back() {
        for encoding in [Encoding::Utf8, Encoding::Utf16Little, Encoding::Utf16Big] {
            let (_folder, path) = file(&encode("# é\r\n", encoding));
            let read = RunbookFile::read(&path).unwrap();
            assert_eq!(read.text(), "# é\r\n");
            read.replace("# é!\r\n").unwrap();
            assert_eq!(fs::read(&path).unwrap(), encode("# é!\r\n", encoding));
        }
        let (_folder, path) = file(b"caf\xe9\n");
        assert!(RunbookFile::read(&path).is_err());
    }

    #[test]
    fn permissions_and_links_stay_and_nothing_else_is_left() {
        let (folder, path) = file(b"a\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.md");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        RunbookFile::read(&link).unwrap().replace("b\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"b\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left() {
        let (_folder, path) = file(b"a\n");
        let read = RunbookFile::read(&path).unwrap();
        fs::write(&path, "other\n").unwrap();
        assert!(read.replace("b\n").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"other\n");
    }
}
