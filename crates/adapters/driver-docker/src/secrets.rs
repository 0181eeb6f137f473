//! Secrets as files in memory, one folder for each instance.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use callsheet_base::Secret;

/// Where a container sees them.
pub(crate) const INSIDE: &str = "/run/secrets";

/// The kernel's number for a file system in memory.
const TMPFS: u64 = 0x0102_1994;

/// Writes them anew; the folder to mount, and the variables that name the files.
pub(crate) fn write(
    above: &Path,
    owner: &str,
    instance: &str,
    secrets: &BTreeMap<String, Secret<String>>,
) -> io::Result<(PathBuf, Vec<String>)> {
    // Only its owner enters the folder above; inside the container any user reads.
    DirBuilder::new().recursive(true).mode(0o700).create(above)?;
    if rustix::fs::statfs(above)?.f_type as u64 != TMPFS {
        let what = format!("`{}` is on a disk: secrets are written to memory (tmpfs) only", above.display());
        return Err(io::Error::new(io::ErrorKind::Unsupported, what));
    }
    let folder = place(above, owner, instance);
    remove(above, owner, instance)?;
    DirBuilder::new().mode(0o755).create(&folder)?;
    let mut variables = Vec::new();
    for (name, value) in secrets {
        if name.is_empty() || name.contains(['/', '=', '\0']) || name.starts_with('.') {
            let what = format!("`{}` cannot be the name of a secret", name.escape_default());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o444).open(folder.join(name))?;
        file.write_all(value.expose().as_bytes())?;
        variables.push(format!("{name}_FILE={INSIDE}/{name}"));
    }
    Ok((folder, variables))
}

/// Removes them, if there are any.
pub(crate) fn remove(above: &Path, owner: &str, instance: &str) -> io::Result<()> {
    match std::fs::remove_dir_all(place(above, owner, instance)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn place(above: &Path, owner: &str, instance: &str) -> PathBuf {
    above.join(format!("{owner}.{instance}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_takes_no_secrets() {
        let error = write(Path::new(env!("CARGO_MANIFEST_DIR")), "o", "i", &BTreeMap::new()).unwrap_err();
        assert!(error.to_string().contains("is on a disk"), "{error}");
    }
}
