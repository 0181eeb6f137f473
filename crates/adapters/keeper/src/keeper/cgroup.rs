//! A control group of the run's own, so that ending the one Callsheet was started in (a service manager's stop) does not end
//! the keeper. Best effort: it needs root or a delegated tree.

use std::io;
use std::path::{Path, PathBuf};

use crate::protocol::Containment;

/// The group a keeper moved into, and those it came from.
pub(super) struct Cgroup {
    /// New folder and the folder before, for each hierarchy moved in.
    moved: Vec<(PathBuf, PathBuf)>,
    /// What clients are told.
    pub(super) containment: Containment,
}

/// A hierarchy that service managers use to find processes.
struct Hierarchy {
    mount: PathBuf,
    own: PathBuf,
}

impl Cgroup {
    /// Moves this process into a new group wherever that is permitted.
    pub(super) fn enter(name: &str) -> Cgroup {
        let mut moved = Vec::new();
        let mut reason = "no control groups are mounted".to_owned();
        for hierarchy in hierarchies().unwrap_or_default() {
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

fn join(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("cgroup.procs"), "0").inspect_err(|_| drop(std::fs::remove_dir(folder)))
}

/// Folders of keepers that were killed: the kernel refuses to remove one that has processes.
fn remove_empty_siblings(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        drop(std::fs::remove_dir(entry.path()));
    }
}

/// The unified hierarchy and systemd's named one, as far as they are mounted, with this process's place in them.
fn hierarchies() -> io::Result<Vec<Hierarchy>> {
    let mounts = std::fs::read_to_string("/proc/self/mounts")?;
    let places = std::fs::read_to_string("/proc/self/cgroup")?;
    let mut found = Vec::new();
    for line in mounts.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, mount, kind, options, ..] = fields[..] else { continue };
        let prefix = match kind {
            "cgroup2" => "0::",
            "cgroup" if options.split(',').any(|option| option == "name=systemd") => ":name=systemd:",
            _ => continue,
        };
        let own = places.lines().find_map(|place| place.split_once(prefix)).map(|(_, path)| path);
        let Some(own) = own else { continue };
        found.push(Hierarchy { mount: mount.into(), own: Path::new(mount).join(own.trim_start_matches('/')) });
    }
    Ok(found)
}
