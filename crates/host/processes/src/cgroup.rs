//! The control groups that are mounted here, versions 1 and 2, and this process's place in them.

use std::io;
use std::path::{Path, PathBuf};

/// A mounted hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// Where it is mounted.
    pub mount: PathBuf,
    /// The folder of this process's group in it.
    pub own: PathBuf,
    /// Which.
    pub kind: Kind,
}

/// Which hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Version 2.
    Unified,
    /// Version 1, with its controllers or its name (`name=systemd`).
    Version1(Vec<String>),
}

impl Hierarchy {
    /// True for those that service managers use to find processes: the unified one and systemd's.
    pub fn finds_processes(&self) -> bool {
        match &self.kind {
            Kind::Unified => true,
            Kind::Version1(names) => names.iter().any(|name| name == "name=systemd"),
        }
    }

    /// True if it can limit what the controller (`memory`, `cpu`) controls.
    pub fn controls(&self, controller: &str) -> bool {
        match &self.kind {
            Kind::Unified => std::fs::read_to_string(self.mount.join("cgroup.controllers"))
                .is_ok_and(|all| all.split_ascii_whitespace().any(|name| name == controller)),
            Kind::Version1(names) => names.iter().any(|name| name == controller),
        }
    }
}

/// Moves this process into a group, which is made if it is missing, and removed again if that is not permitted.
pub fn join(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("cgroup.procs"), "0").inspect_err(|_| drop(std::fs::remove_dir(folder)))
}

/// All mounted hierarchies in which this process has a place.
pub fn hierarchies() -> io::Result<Vec<Hierarchy>> {
    let mounts = std::fs::read_to_string("/proc/self/mounts")?;
    let places = std::fs::read_to_string("/proc/self/cgroup")?;
    Ok(parse(&mounts, &places))
}

fn parse(mounts: &str, places: &str) -> Vec<Hierarchy> {
    let mut found: Vec<Hierarchy> = Vec::new();
    for line in mounts.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, mount, fs, options, ..] = fields[..] else { continue };
        let options: Vec<&str> = options.split(',').collect();
        let Some((path, kind)) = places.lines().find_map(|place| in_hierarchy(place, fs, &options)) else { continue };
        let own = Path::new(mount).join(path.trim_start_matches('/'));
        // Bind mounts show one hierarchy several times.
        if !found.iter().any(|other| other.kind == kind) {
            found.push(Hierarchy { mount: mount.into(), own, kind });
        }
    }
    found
}

/// One line of `/proc/self/cgroup` (`4:memory:/path`), if it belongs to a mount of this kind and these options.
fn in_hierarchy<'a>(place: &'a str, fs: &str, options: &[&str]) -> Option<(&'a str, Kind)> {
    let mut fields = place.splitn(3, ':');
    let (_, names, path) = (fields.next()?, fields.next()?, fields.next()?);
    match fs {
        "cgroup2" if names.is_empty() => Some((path, Kind::Unified)),
        "cgroup" if !names.is_empty() && names.split(',').all(|name| options.contains(&name)) => {
            Some((path, Kind::Version1(names.split(',').map(str::to_owned).collect())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_found_with_our_place_in_them() {
        let mounts = "cgroup /c/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0\ncgroup /c/systemd cgroup rw,name=systemd 0 0\n\
                      cgroup2 /c/unified cgroup2 rw 0 0\ntmpfs /c tmpfs rw 0 0\n";
        let found = parse(mounts, "3:cpu,cpuacct:/a\n2:name=systemd:/\n1:pids:/p\n0::/user\n");
        let owns: Vec<_> = found.iter().map(|one| one.own.to_str().unwrap()).collect();
        assert_eq!(owns, ["/c/cpu,cpuacct/a", "/c/systemd/", "/c/unified/user"]);
        assert_eq!(found.iter().map(Hierarchy::finds_processes).collect::<Vec<_>>(), [false, true, true]);
        assert!(found[0].controls("cpu") && !found[0].controls("memory"));
    }
}
