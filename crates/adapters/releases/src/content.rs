//! A file or folder as contents: its digest, and a copy that has the same one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use callsheet_base::Digest;
use sha2::Digest as _;

use crate::ReleasesError;
use crate::error::file;
use crate::files::sync_folder;

/// The digest of a file's bytes; of a folder, of all names, kinds and bytes in it, in the order of their names.
pub fn digest(path: &Path) -> Result<Digest, ReleasesError> {
    let kind = fs::metadata(path).map_err(file("look at", path))?;
    if kind.is_file() {
        return file_digest(path);
    }
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for entry in entries(path)? {
        let name = entry.strip_prefix(path).unwrap_or(&entry).as_os_str().as_encoded_bytes().to_vec();
        let meta = fs::symlink_metadata(&entry).map_err(file("look at", &entry))?;
        let (kind, content) = if meta.is_symlink() {
            let target = fs::read_link(&entry).map_err(file("read", &entry))?;
            ("link", target.as_os_str().as_encoded_bytes().to_vec())
        } else if meta.is_dir() {
            ("folder", Vec::new())
        } else {
            let runs = meta.permissions().mode() & 0o100 != 0;
            (if runs { "program" } else { "file" }, file_digest(&entry)?.as_bytes().to_vec())
        };
        parts.extend([name, kind.as_bytes().to_vec(), content]);
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Ok(Digest::of_parts(&parts))
}

/// Size in bytes of the files in it.
pub(crate) fn size(path: &Path) -> Result<u64, ReleasesError> {
    let kind = fs::metadata(path).map_err(file("look at", path))?;
    if kind.is_file() {
        return Ok(kind.len());
    }
    entries(path)?.iter().try_fold(0, |sum, entry| {
        let meta = fs::symlink_metadata(entry).map_err(file("look at", entry))?;
        Ok(sum + if meta.is_file() { meta.len() } else { 0 })
    })
}

/// Copies a file or folder; durable when it returns.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), ReleasesError> {
    let kind = fs::metadata(from).map_err(file("look at", from))?;
    if kind.is_file() {
        return copy_file(from, to);
    }
    fs::create_dir_all(to).map_err(file("make", to))?;
    let mut made = vec![to.to_owned()];
    for entry in entries(from)? {
        let target = to.join(entry.strip_prefix(from).unwrap_or(&entry));
        let meta = fs::symlink_metadata(&entry).map_err(file("look at", &entry))?;
        if meta.is_symlink() {
            let leads_to = fs::read_link(&entry).map_err(file("read", &entry))?;
            symlink(leads_to, &target).map_err(file("make", &target))?;
        } else if meta.is_dir() {
            fs::create_dir_all(&target).map_err(file("make", &target))?;
            made.push(target);
        } else {
            copy_file(&entry, &target)?;
        }
    }
    made.iter().rev().try_for_each(|folder| sync_folder(folder))
}

fn copy_file(from: &Path, to: &Path) -> Result<(), ReleasesError> {
    fs::copy(from, to).map_err(file("copy", from))?;
    File::open(to).and_then(|copy| copy.sync_all()).map_err(file("sync", to))
}

fn file_digest(path: &Path) -> Result<Digest, ReleasesError> {
    let mut hasher = sha2::Sha256::new();
    let mut source = File::open(path).map_err(file("read", path))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(Digest::from_bytes(hasher.finalize().into())),
            Ok(read) => hasher.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(file("read", path)(error)),
        }
    }
}

/// Everything below a folder, folders before what is in them, sorted by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, ReleasesError> {
    let mut all = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).map_err(file("list", &next))? {
            let path = entry.map_err(file("list", &next))?.path();
            let meta = fs::symlink_metadata(&path).map_err(file("look at", &path))?;
            let unfit = |why| ReleasesError::Unfit { path: path.clone(), why };
            if meta.is_symlink() {
                if leads_out(&path, folder)? {
                    return Err(unfit("the link leads out of the folder, so its contents are not the release's"));
                }
            } else if meta.is_dir() {
                open.push(path.clone());
            } else if !meta.is_file() {
                return Err(unfit("it is neither a file, a folder nor a link"));
            }
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

/// By its words alone: what it leads to may not be there yet.
fn leads_out(link: &Path, folder: &Path) -> Result<bool, ReleasesError> {
    let target = fs::read_link(link).map_err(file("read", link))?;
    let mut depth = link.strip_prefix(folder).map_or(0, |inside| inside.components().count()).saturating_sub(1);
    for component in target.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::CurDir => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}
