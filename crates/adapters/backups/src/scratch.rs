//! Folders and users of instances that live only as long as a proof.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::BackupError;

const PREFIX: &str = "callsheet-scratch-";

/// A folder of this process, removed with this value. What processes that were killed left behind goes, too.
pub(crate) fn folder(within: &Path) -> Result<tempfile::TempDir, BackupError> {
    sweep(within);
    let made = tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(within);
    made.map_err(BackupError::file(format!("cannot make a folder in `{}`", within.display())))
}

fn sweep(within: &Path) {
    for entry in fs::read_dir(within).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        let Some(pid) = owner.and_then(|pid| pid.parse::<u32>().ok()) else { continue };
        if !Path::new("/proc").join(pid.to_string()).exists() {
            // Another user's folder is not ours to remove, and in nobody's way.
            let _removed = fs::remove_dir_all(entry.path());
        }
    }
}

/// The user as which servers that refuse to be root are started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner(Option<(u32, u32)>);

impl Owner {
    /// `name` if we are root and it exists, else `nobody`; if we are not root, ourselves.
    pub(crate) fn named(name: &str) -> Owner {
        if !rustix::process::geteuid().is_root() {
            return Owner(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let ids = |name: &str| {
            let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        Owner(ids(name).or_else(|| ids("nobody")))
    }

    /// Gives a file or folder to that user; nobody else may enter.
    pub(crate) fn give(self, path: &Path) -> Result<(), BackupError> {
        let refused = || BackupError::file(format!("cannot give `{}` to the server's user", path.display()));
        if let Some((uid, gid)) = self.0 {
            chown(path, Some(uid), Some(gid)).map_err(refused())?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(refused())
    }

    /// `program` as that user.
    pub(crate) fn command(self, program: &Path) -> Command {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new(program);
        if let Some((uid, gid)) = self.0 {
            command.uid(uid).gid(gid);
        }
        command.current_dir("/");
        command
    }

    /// `program` as that user; ends with us, however we end.
    pub(crate) fn server(self, program: &Path, signal: &str) -> Command {
        let Some(setpriv) = find("setpriv") else { return self.command(program) };
        let mut command = Command::new(setpriv);
        command.args(["--pdeathsig", signal]);
        if let Some((uid, gid)) = self.0 {
            command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
        }
        command.arg("--").arg(program).current_dir("/");
        command
    }
}

/// A program of this machine, also where servers' programs are.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/bin", "/usr/sbin", "/usr/local/bin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// As [`find`]; an error names the package.
pub(crate) fn program(name: &str, package: &'static str) -> Result<PathBuf, BackupError> {
    find(name).ok_or_else(|| BackupError::Missing { tool: name.to_owned(), package })
}
