//! Children and what they leave behind. A supervisor is the subreaper of all its descendants, so none can leave its tree: not by a
//! new session, not by forking twice.

use std::collections::HashMap;
use std::io;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process, waitid, waitpid};

use crate::stat::{ProcessStat, all_processes};

/// Sends a signal to each; one that has ended meanwhile, or belongs to another user, is passed over.
pub fn signal_all(members: &[ProcessStat], signal: Signal) {
    for member in members {
        if let Some(pid) = Pid::from_raw(member.pid as i32) {
            let _ = kill_process(pid, signal);
        }
    }
}

/// Living processes that descend from `ancestor`, itself not among them, sorted by id.
pub fn descendants(ancestor: u32) -> io::Result<Vec<ProcessStat>> {
    let all: HashMap<u32, ProcessStat> = all_processes()?.into_iter().map(|stat| (stat.pid, stat)).collect();
    let descends = |stat: &ProcessStat| {
        let mut parent = stat.parent;
        while parent != ancestor {
            match all.get(&parent) {
                Some(next) => parent = next.parent,
                None => return false,
            }
        }
        true
    };
    let mut found: Vec<ProcessStat> = all.values().filter(|stat| !stat.zombie && descends(stat)).cloned().collect();
    found.sort_by_key(|stat| stat.pid);
    Ok(found)
}

/// False if this process has no child at all, running or ended: then nothing is left of anything it started.
pub fn has_children() -> bool {
    !matches!(waitid(WaitId::All, PEEK), Err(rustix::io::Errno::CHILD))
}

const PEEK: WaitIdOptions = WaitIdOptions::EXITED.union(WaitIdOptions::NOHANG).union(WaitIdOptions::NOWAIT);

/// Collects ended processes that were left to us, except those that others collect.
pub fn bury_orphans(collected_elsewhere: &[u32]) -> io::Result<()> {
    if !matches!(waitid(WaitId::All, PEEK), Ok(Some(_))) {
        return Ok(());
    }
    let me = std::process::id();
    for stat in all_processes()? {
        if stat.zombie && stat.parent == me && !collected_elsewhere.contains(&stat.pid) {
            // Another may have collected it between the look and now.
            let _ = waitpid(Pid::from_raw(stat.pid as i32), WaitOptions::NOHANG);
        }
    }
    Ok(())
}
