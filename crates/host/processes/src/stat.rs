//! Which boot this is, and which process a process id means.

use std::io;

use callsheet_base::BootId;

/// This machine's present boot, from `/proc/sys/kernel/random/boot_id`.
pub fn current_boot() -> io::Result<BootId> {
    Ok(BootId(std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned()))
}

/// The fields of `/proc/PID/stat` that tell processes apart and how they hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessStat {
    /// Its id.
    pub pid: u32,
    /// Its name, at most 15 bytes.
    pub name: String,
    /// Its parent.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// Its session.
    pub session: u32,
    /// True if it has ended and only waits to be reaped.
    pub zombie: bool,
    /// Its start, in clock ticks after boot. With the id it names one process of one boot.
    pub start_ticks: u64,
}

/// Reads a process; `None` if there is none of this id.
pub fn process_stat(pid: u32) -> Option<ProcessStat> {
    let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse_stat(pid, &String::from_utf8_lossy(&text))
}

fn parse_stat(pid: u32, text: &str) -> Option<ProcessStat> {
    // The name is in parentheses and may itself hold parentheses and blanks.
    let (before, after) = text.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = after.split_ascii_whitespace().collect();
    Some(ProcessStat {
        pid,
        name,
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        start_ticks: fields.get(19)?.parse().ok()?,
    })
}

/// Every process that can be seen.
pub fn all_processes() -> std::io::Result<Vec<ProcessStat>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        // A process that ends while we look is no error.
        let pid = entry.ok().and_then(|entry| entry.file_name().to_str()?.parse().ok());
        all.extend(pid.and_then(process_stat));
    }
    Ok(all)
}

/// True if the process that had this id and start is still running (a zombie is not).
pub fn is_running(pid: u32, start_ticks: u64) -> bool {
    process_stat(pid).is_some_and(|stat| stat.start_ticks == start_ticks && !stat.zombie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_parentheses_do_not_confuse() {
        let text = "7 (a) (b) S 3 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 998877 1 2";
        let stat = parse_stat(7, text).unwrap();
        assert_eq!((stat.name.as_str(), stat.parent, stat.start_ticks, stat.zombie), ("a) (b", 3, 998_877, false));
    }

    #[test]
    fn this_process_runs_and_its_double_does_not() {
        let me = process_stat(std::process::id()).unwrap();
        assert!(is_running(me.pid, me.start_ticks));
        assert!(!is_running(me.pid, me.start_ticks + 1));
        assert_eq!(current_boot().unwrap().0.len(), 36);
    }
}
