//! Files that a step leaves as evidence in `$CALLSHEET_EVIDENCE`: a screenshot, a test report.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::blobs::Blobs;
use crate::claim::Claim;
use crate::outcome::{FileKept, LeftFile};
use crate::redact::{RedactionSet, redact_bytes};
use crate::run_dir::RunDir;

/// More files than these are not kept; the record says how many.
const MOST_FILES: usize = 50;
/// A longer file is not kept.
const LONGEST: u64 = 16 << 20;
/// What all files of an attempt may have together.
const ALL_TOGETHER: u64 = 64 << 20;

/// Makes the folder of an attempt. Without it the step runs all the same.
pub(super) fn prepare(run: &RunDir, claim: &Claim) -> io::Result<PathBuf> {
    let name = format!("{}-{}-{}", claim.step.as_str().replace('/', "-"), claim.act, claim.attempt);
    let folder = run.evidence().join(name);
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    Ok(folder)
}

/// Stores what lies in the folder, redacted, in order of name, and removes the folder.
pub(super) fn collect(folder: &Path, set: &RedactionSet, blobs: &Blobs) -> Vec<LeftFile> {
    // The usual case costs one call.
    if fs::remove_dir(folder).is_ok() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let unreadable = list(folder, folder, &mut found).err();
    found.sort();
    let mut left = ALL_TOGETHER;
    let mut files: Vec<LeftFile> = found
        .iter()
        .take(MOST_FILES)
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
            let kept =
                keep(path, set, blobs, &mut left).unwrap_or_else(|error| FileKept::Lost { cause: error.to_string() });
            LeftFile { name: crate::redact::redact_text(set, &name), kept }
        })
        .collect();
    let too_many = found.len().saturating_sub(MOST_FILES);
    if too_many > 0 {
        let cause = format!("{MOST_FILES} files are kept of a step");
        files.push(LeftFile { name: format!("{too_many} more files"), kept: FileKept::Lost { cause } });
    }
    if let Some(error) = unreadable {
        files.push(LeftFile { name: "some files".to_owned(), kept: FileKept::Lost { cause: error.to_string() } });
    }
    // What stays behind goes with the run's folder.
    drop(fs::remove_dir_all(folder));
    files
}

/// Regular files beneath a folder. Links are not followed: they could lead to what the step may read and the record must not hold.
fn list(folder: &Path, top: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.path().components().count() < top.components().count() + 8 {
            list(&entry.path(), top, found)?;
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn keep(path: &Path, set: &RedactionSet, blobs: &Blobs, left: &mut u64) -> io::Result<FileKept> {
    let limit = LONGEST.min(*left);
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Ok(FileKept::Lost { cause: format!("it is longer than {} MiB", limit >> 20) });
    }
    *left -= bytes.len() as u64;
    let bytes = redact_bytes(set, &bytes);
    Ok(FileKept::Blob { digest: blobs.store(&bytes)?, size: bytes.len() as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_stored_redacted_and_links_are_not_followed() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("left");
        fs::create_dir_all(folder.join("report")).unwrap();
        fs::write(folder.join("report/junit.xml"), "<testsuite token='correct-horse-battery'/>").unwrap();
        fs::write(folder.join("page.jpg"), [0xff, 0xd8, 0]).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("users")).unwrap();
        File::create(folder.join("huge")).unwrap().set_len(LONGEST + 1).unwrap();
        let set = RedactionSet::new([("TOKEN", "correct-horse-battery")]);
        let blobs = Blobs::of_state(state.path());
        let files = collect(&folder, &set, &blobs);
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["huge", "page.jpg", "report/junit.xml"]);
        assert_eq!(files[0].kept, FileKept::Lost { cause: "it is longer than 16 MiB".to_owned() });
        let FileKept::Blob { digest, .. } = files[2].kept else { panic!("{files:?}") };
        assert_eq!(blobs.read(digest).unwrap(), b"<testsuite token='[redacted:TOKEN]'/>");
        assert!(!folder.exists());
    }

    #[test]
    fn an_empty_folder_leaves_nothing() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("left");
        fs::create_dir(&folder).unwrap();
        let set = RedactionSet::new([]);
        assert_eq!(collect(&folder, &set, &Blobs::of_state(state.path())), []);
        assert!(!folder.exists());
    }
}
