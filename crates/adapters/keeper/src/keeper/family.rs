//! Which processes belong to an attempt. The keeper is the subreaper of all of them, so none can leave its tree: not by a
//! new session, not by forking twice.

use std::collections::HashMap;
use std::io;

use crate::outcome::Leftover;
use callsheet_processes::{ProcessStat, all_processes};

/// An attempt, as far as its processes are concerned.
pub(super) struct Root {
    /// Its shell, which may have ended.
    pub(super) shell: u32,
    /// The value of `CALLSHEET_CLAIM` in its processes' environment.
    pub(super) mark: String,
}

/// Living processes of `root`, its shell included. `others` are the shells of attempts that run beside it, `earlier` what
/// earlier steps left running.
///
/// With no attempt beside it the answer is exact. Otherwise a process that left its shell's tree is known by its group,
/// its session, or the mark in its environment.
pub(super) fn members(root: &Root, others: &[u32], earlier: &[Leftover]) -> io::Result<Vec<ProcessStat>> {
    let keeper = std::process::id();
    let all: HashMap<u32, ProcessStat> = all_processes()?.into_iter().map(|stat| (stat.pid, stat)).collect();
    let mut members: Vec<ProcessStat> = all
        .values()
        .filter(|stat| !stat.zombie && belongs(stat, root, others, earlier, &all, keeper))
        .cloned()
        .collect();
    members.sort_by_key(|stat| stat.pid);
    Ok(members)
}

fn belongs(
    stat: &ProcessStat,
    root: &Root,
    others: &[u32],
    earlier: &[Leftover],
    all: &HashMap<u32, ProcessStat>,
    keeper: u32,
) -> bool {
    let mut at = stat;
    loop {
        if at.pid == root.shell {
            return true;
        }
        let is_earlier = earlier.iter().any(|left| left.pid == at.pid && left.start_ticks == at.start_ticks);
        if others.contains(&at.pid) || is_earlier || at.pid == keeper {
            return false;
        }
        if at.parent == keeper {
            break;
        }
        let Some(parent) = all.get(&at.parent) else { return false };
        at = parent;
    }
    let in_shells_group = |stat: &ProcessStat| stat.group == root.shell || stat.session == root.shell;
    others.is_empty()
        || in_shells_group(at)
        || in_shells_group(stat)
        || is_marked(at.pid, root)
        || is_marked(stat.pid, root)
}

fn is_marked(pid: u32, root: &Root) -> bool {
    let mark = format!("CALLSHEET_CLAIM={}", root.mark);
    std::fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|b| *b == 0).any(|entry| entry == mark.as_bytes()))
}
