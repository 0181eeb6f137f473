//! Processes that belong to a desk, found by what they carry: its folder in their environment, arguments or working folder.

use std::path::Path;

use rustix::process::{Signal, kill_process};

/// A process of a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pid(pub i32);

/// What a process is to a story.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its id.
    pub pid: Pid,
    /// Its arguments, joined by spaces.
    pub line: String,
}

impl Process {
    /// Whether it is a keeper.
    pub fn is_keeper(&self) -> bool {
        self.line.split(' ').nth(1) == Some("keeper")
    }
}

/// Living processes (no zombies) that carry `folder`, in no order, without our own.
pub fn of_folder(folder: &Path) -> Vec<Process> {
    let folder = folder.to_string_lossy().into_owned();
    let own = std::process::id() as i32;
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|&pid| pid != own).filter_map(|pid| look(pid, &folder)).collect()
}

fn look(pid: i32, folder: &str) -> Option<Process> {
    let place = format!("/proc/{pid}");
    let arguments = std::fs::read(format!("{place}/cmdline")).ok()?;
    // A zombie has no arguments any more.
    if arguments.is_empty() {
        return None;
    }
    let line = String::from_utf8_lossy(&arguments).trim_end_matches('\0').replace('\0', " ");
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(folder);
    let carries = holds(&arguments)
        || std::fs::read(format!("{place}/environ")).is_ok_and(|bytes| holds(&bytes))
        || std::fs::read_link(format!("{place}/cwd")).is_ok_and(|cwd| cwd.to_string_lossy().contains(folder));
    carries.then_some(Process { pid: Pid(pid), line })
}

impl Pid {
    /// kill -9. A process that is gone already is as wanted.
    pub fn kill(self) {
        self.signal(Signal::KILL);
    }

    /// Stops it where it stands: it lives and keeps what it holds, but does nothing.
    pub fn freeze(self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(self) {
        self.signal(Signal::CONT);
    }

    fn signal(self, signal: Signal) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.0) {
            // The only failure is that it ended by itself meanwhile.
            let _gone = kill_process(pid, signal);
        }
    }

    /// The process that started it, if it lives.
    pub fn parent(self) -> Option<Pid> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        // The name before it may hold anything, but for its last bracket.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        (parent > 1).then_some(Pid(parent))
    }

    /// Whether it lives, zombies not counted.
    pub fn lives(self) -> bool {
        std::fs::read(format!("/proc/{}/cmdline", self.0)).is_ok_and(|line| !line.is_empty())
    }
}
