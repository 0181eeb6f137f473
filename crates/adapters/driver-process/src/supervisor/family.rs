//! All processes of an instance.

use std::collections::BTreeMap;

use callsheet_processes::{ProcessStat, all_processes, descendants, process_stat};

use super::event_loop::Supervisor;

impl Supervisor {
    /// Living processes of the instance, its main process included: what descends from us, what is in its groups, and, after a
    /// supervisor before us was killed, what bears its mark.
    pub(super) fn family(&self) -> Vec<ProcessStat> {
        let mut found: BTreeMap<u32, ProcessStat> = BTreeMap::new();
        // If /proc cannot be read the groups still tell, and the next look comes soon.
        for stat in descendants(std::process::id()).unwrap_or_default() {
            found.insert(stat.pid, stat);
        }
        for pid in self.group.members() {
            found.extend(process_stat(pid).filter(|stat| !stat.zombie).map(|stat| (pid, stat)));
        }
        if self.took_over {
            for stat in all_processes().unwrap_or_default() {
                if !stat.zombie && is_marked(stat.pid, &self.stored.mark) {
                    found.insert(stat.pid, stat);
                }
            }
        }
        found.into_values().collect()
    }
}

/// The variable that holds the mark in the environment of the instance and all it starts.
pub(super) const MARK: &str = "CALLSHEET_INSTANCE";

fn is_marked(pid: u32, mark: &str) -> bool {
    let wanted = format!("{MARK}={mark}");
    std::fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes()))
}
