//! The control groups of an instance: they hold its limits, find its processes, and keep it apart from the group that Callsheet
//! was started in, which a service manager may end. Best effort: it needs root or a delegated tree.

use std::io;
use std::path::{Path, PathBuf};

use callsheet_processes::cgroup::{Hierarchy, Kind, hierarchies, join};
use callsheet_rollout::Limits;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

/// The groups that an instance is started in.
pub(super) struct Group {
    joined: Vec<Joined>,
    /// Where kills for want of memory are counted.
    memory: Option<PathBuf>,
    limits: Limits,
    /// What could not be had.
    pub(super) notes: Vec<String>,
}

/// The instance's group in one hierarchy, and the supervisor's.
struct Joined {
    folder: PathBuf,
    back: PathBuf,
}

const PARENT: &str = "callsheet-instances";

impl Group {
    /// Makes the groups and sets their limits, wherever that is permitted.
    pub(super) fn prepare(name: &str, limits: Limits) -> Group {
        let mut group = Group { joined: Vec::new(), memory: None, limits, notes: Vec::new() };
        let mut cause = "no control groups are mounted".to_owned();
        let (mut memory, mut cpu) = (limits.memory_bytes.is_none(), limits.cpu_millis.is_none());
        for hierarchy in hierarchies().unwrap_or_default() {
            let for_memory = !memory && hierarchy.controls("memory");
            let for_cpu = !cpu && hierarchy.controls("cpu");
            if !(for_memory || for_cpu || hierarchy.finds_processes()) {
                continue;
            }
            let folder = hierarchy.mount.join(PARENT).join(name);
            match Joined::prepare(&hierarchy, &folder) {
                Ok(joined) => group.joined.push(joined),
                Err(error) => {
                    cause = format!("`{}`: {error}", folder.display());
                    continue;
                }
            }
            if let Some(bytes) = limits.memory_bytes.filter(|_| for_memory) {
                match limit_memory(&hierarchy.kind, &folder, bytes) {
                    Ok(()) => (memory, group.memory) = (true, Some(folder.clone())),
                    Err(error) => cause = format!("`{}`: {error}", folder.display()),
                }
            }
            if let Some(millis) = limits.cpu_millis.filter(|_| for_cpu) {
                match limit_cpu(&hierarchy.kind, &folder, millis) {
                    Ok(()) => cpu = true,
                    Err(error) => cause = format!("`{}`: {error}", folder.display()),
                }
            }
        }
        if !memory {
            let what = "memory is limited for each process by itself, not for the instance";
            group.notes.push(format!("{what}: {cause}"));
        }
        if !cpu {
            group.notes.push(format!("processor time is not limited: {cause}"));
        }
        group
    }

    /// Calls `start` from within the groups: what it starts is born there, before it can start anything itself.
    pub(super) fn within<T>(&self, start: impl FnOnce() -> T) -> T {
        for joined in &self.joined {
            // A group that is gone is made anew; where that fails the instance has one place less to be found.
            drop(join(&joined.folder));
        }
        let started = start();
        for joined in &self.joined {
            drop(join(&joined.back));
        }
        started
    }

    /// Where there is no group for it, memory is limited by what one process may hold of its own.
    pub(super) fn limit_process(&self, pid: u32) -> io::Result<()> {
        let (Some(bytes), None, Some(pid)) = (self.limits.memory_bytes, &self.memory, Pid::from_raw(pid as i32)) else {
            return Ok(());
        };
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        prlimit(Some(pid), Resource::Data, limit)?;
        Ok(())
    }

    /// Ids of the processes in the groups, without ours.
    pub(super) fn members(&self) -> Vec<u32> {
        let me = std::process::id();
        let lists =
            self.joined.iter().filter_map(|joined| std::fs::read_to_string(joined.folder.join("cgroup.procs")).ok());
        let mut pids: Vec<u32> =
            lists.flat_map(|list| list.lines().filter_map(|line| line.parse().ok()).collect::<Vec<_>>()).collect();
        pids.sort_unstable();
        pids.dedup();
        pids.retain(|pid| *pid != me);
        pids
    }

    /// How many processes were killed because the instance's memory was used up.
    pub(super) fn memory_kills(&self) -> u64 {
        let Some(folder) = &self.memory else { return 0 };
        let texts = ["memory.events", "memory.oom_control"].map(|name| std::fs::read_to_string(folder.join(name)));
        let counts = texts.iter().flatten().flat_map(|text| text.lines());
        counts.filter_map(|line| line.strip_prefix("oom_kill ")?.trim().parse::<u64>().ok()).sum()
    }
}

/// Removes an instance's groups, if they are empty.
pub(crate) fn remove(name: &str) {
    for hierarchy in hierarchies().unwrap_or_default() {
        // Most are not there; an empty one that stays costs nothing.
        drop(std::fs::remove_dir(hierarchy.mount.join(PARENT).join(name)));
    }
}

impl Joined {
    fn prepare(hierarchy: &Hierarchy, folder: &Path) -> io::Result<Joined> {
        let parent = hierarchy.mount.join(PARENT);
        let back = if hierarchy.finds_processes() { parent.join("supervisors") } else { hierarchy.own.clone() };
        // Whoever goes in must be able to come back.
        join(&back)?;
        std::fs::create_dir_all(folder)?;
        if hierarchy.kind == Kind::Unified {
            for above in [&hierarchy.mount, &parent] {
                for controller in ["+memory", "+cpu"] {
                    // Missing controllers show when the limit is set.
                    drop(std::fs::write(above.join("cgroup.subtree_control"), controller));
                }
            }
        }
        Ok(Joined { folder: folder.to_owned(), back })
    }
}

fn limit_memory(kind: &Kind, folder: &Path, bytes: u64) -> io::Result<()> {
    let (limit, swap) = match kind {
        Kind::Unified => ("memory.max", ("memory.swap.max", "0".to_owned())),
        Kind::Version1(_) => ("memory.limit_in_bytes", ("memory.memsw.limit_in_bytes", bytes.to_string())),
    };
    std::fs::write(folder.join(limit), bytes.to_string())?;
    // Not every kernel counts swap; without it the limit is softer.
    drop(std::fs::write(folder.join(swap.0), swap.1));
    Ok(())
}

fn limit_cpu(kind: &Kind, folder: &Path, millis: u32) -> io::Result<()> {
    // Of each tenth of a second; the kernel takes no less than a millisecond.
    let quota = (u64::from(millis) * 100).max(1000);
    match kind {
        Kind::Unified => std::fs::write(folder.join("cpu.max"), format!("{quota} 100000")),
        Kind::Version1(_) => {
            std::fs::write(folder.join("cpu.cfs_period_us"), "100000")?;
            std::fs::write(folder.join("cpu.cfs_quota_us"), quota.to_string())
        }
    }
}
