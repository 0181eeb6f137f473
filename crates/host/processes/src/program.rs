//! Which file a program's name means.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The file of a program as a shell would find it: a name with a slash from `directory`, another one on `path` (the default search
/// path if `None`). `None` if nothing that may be executed is there; a name with a slash is not looked at.
pub fn find_program(program: &str, path: Option<&[u8]>, directory: &Path) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(directory.join(program));
    }
    let path = path.unwrap_or(b"/usr/local/bin:/usr/bin:/bin");
    path.split(|b| *b == b':').find_map(|folder| {
        let candidate = directory.join(OsString::from_vec(folder.to_vec())).join(program);
        let runs =
            std::fs::metadata(&candidate).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0);
        runs.then_some(candidate)
    })
}
