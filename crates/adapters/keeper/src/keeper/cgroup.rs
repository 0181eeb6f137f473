//! A control group of the run's own, so that ending the one Callsheet was started in (a service manager's stop) does not end
//! the keeper. Best effort: it needs root or a delegated tree.

use std::path::{Path, PathBuf};

use callsheet_processes::cgroup::{Hierarchy, hierarchies, join};

use crate::protocol::Containment;

/// The group a keeper moved into, and those it came from.
pub(super) struct Cgroup {
    /// New folder and the folder before, for each hierarchy moved in.
    moved: Vec<(PathBuf, PathBuf)>,
    /// What clients are told.
    pub(super) containment: Containment,
}

impl Cgroup {
    /// Moves this process into a new group wherever that is permitted.
    pub(super) fn enter(name: &str) -> Cgroup {
        let mut moved = Vec::new();
        let mut reason = "no control groups are mounted".to_owned();
        for hierarchy in hierarchies().unwrap_or_default().into_iter().filter(Hierarchy::finds_processes) {
            let folder = hierarchy.mount.join("callsheet").join(name);
            remove_empty_siblings(&hierarchy.mount.join("callsheet"));
            match join(&folder) {
                Ok(()) => moved.push((folder, hierarchy.own)),
                Err(error) => reason = format!("{}: {error}", folder.display()),
            }
        }
        let containment = match moved.first() {
            Some((path, _)) => Containment::Cgroup { path: path.clone() },
            None => Containment::SessionOnly { reason },
        };
        Cgroup { moved, containment }
    }

    /// Goes back and removes the group, unless services that steps started live in it.
    pub(super) fn leave(&self) {
        for (folder, before) in &self.moved {
            // If either fails the empty folder stays until the next keeper removes it.
            if std::fs::write(before.join("cgroup.procs"), "0").is_ok() {
                drop(std::fs::remove_dir(folder));
            }
        }
    }
}

/// Folders of keepers that were killed: the kernel refuses to remove one that has processes.
fn remove_empty_siblings(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        drop(std::fs::remove_dir(entry.path()));
    }
}
