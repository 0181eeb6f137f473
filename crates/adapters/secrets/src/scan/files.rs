//! A folder with everything below it: what files are called, and what is in them.

use std::fs::{self, File};
use std::path::Path;

use super::Scan;

impl Scan {
    /// All files below `folder`, shown with their path from `root`. Links are not followed; what cannot be read is told.
    pub fn folder(&mut self, root: &Path, folder: &Path) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unread.push(format!("{}: {error}", folder.display()));
                return;
            }
        };
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_dir() => self.folder(root, &path),
                Ok(metadata) if metadata.is_file() => self.file(root, &path),
                // A socket, a pipe, a link, or gone meanwhile.
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// One file: its name and what is in it.
    pub fn file(&mut self, root: &Path, path: &Path) {
        let shown = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.name(&shown, &name);
        match File::open(path).and_then(|file| self.stream(&shown, file)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.unread.push(format!("{shown}: {error}")),
        }
    }

    /// A known value in a name; guesses are left out, for blobs are named by digests.
    fn name(&mut self, place: &str, name: &str) {
        let before = self.findings.len();
        self.piece(&format!("the name of {place}"), name.as_bytes(), 0, name.len());
        let known = self.findings.split_off(before).into_iter().filter(|one| one.fingerprint.is_none());
        // Its place would show the value.
        let hidden = known.map(|one| super::Finding { place: "the name of a file".to_owned(), ..one });
        let hidden: Vec<_> = hidden.collect();
        self.findings.extend(hidden);
    }
}
