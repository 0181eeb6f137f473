//! The keeper's log: what was claimed, what was executed, how it ended. Append-only, one checked line per entry.
//!
//! Entries are in the kernel's hands (not synced) before the act they precede: they survive the death of every process, not
//! of the machine. After a reboot what they no longer say is in doubt; [`crate::recover`] draws that line.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;

use callsheet_base::{BootId, Digest, Timestamp};
use rustix::fs::{FallocateFlags, fallocate};
use serde::{Deserialize, Serialize};

use crate::claim::Claim;
use crate::outcome::Ended;
use crate::run_dir::{KeeperLock, RunDir};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A keeper or a recovery begins to write, in this boot.
    Opened {
        /// The boot.
        boot: BootId,
        /// The writer.
        pid: u32,
    },
    /// The attempt is about to be executed.
    Claimed {
        /// The attempt.
        claim: Claim,
        /// When.
        at: Timestamp,
    },
    /// The attempt's shell was started.
    Started {
        /// The attempt.
        claim: Claim,
        /// Its shell.
        pid: u32,
        /// The shell's start in clock ticks after boot.
        start_ticks: u64,
    },
    /// The attempt will never be executed.
    Burned {
        /// The attempt.
        claim: Claim,
    },
    /// After a reboot it could not be told whether the attempt was executed.
    Doubted {
        /// The attempt.
        claim: Claim,
    },
    /// The attempt ended.
    Ended(Box<Ended>),
}

/// What the log says of one claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Recorded {
    /// Claimed, and perhaps started, by a keeper of this boot.
    Begun {
        /// The boot it began in.
        boot: BootId,
        /// Its shell and the shell's start, if it came to that.
        shell: Option<(u32, u64)>,
    },
    /// Burned.
    Burned,
    /// Doubted.
    Doubted,
    /// Ended.
    Ended(Box<Ended>),
}

/// The log, open for reading back and appending.
#[derive(Debug)]
pub struct Log {
    file: File,
    length: u64,
    reserved: u64,
    claims: HashMap<Claim, Recorded>,
    boot: Option<BootId>,
}

/// Room kept free for the ends of running attempts, so that a full disk does not swallow them.
const RESERVE: u64 = 256 << 10;

impl Log {
    /// Opens the log for writing; the holder of the lock is the only writer. A torn last line is cut off.
    pub fn open(run: &RunDir, _held: &KeeperLock) -> io::Result<Log> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(run.log())?;
        let mut log = Log { file, length: 0, reserved: 0, claims: HashMap::new(), boot: None };
        log.replay()?;
        log.file.set_len(log.length)?;
        log.file.seek(SeekFrom::Start(log.length))?;
        Ok(log)
    }

    /// Reads the log as it is, beside a living writer. `None` if there is none.
    #[cfg(test)]
    fn read(run: &RunDir) -> io::Result<Option<Log>> {
        let file = match File::open(run.log()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut log = Log { file, length: 0, reserved: 0, claims: HashMap::new(), boot: None };
        log.replay()?;
        Ok(Some(log))
    }

    /// What is recorded of a claim.
    pub fn recorded(&self, claim: &Claim) -> Option<&Recorded> {
        self.claims.get(claim)
    }

    /// The boot of the last writer; `None` for a new log.
    pub fn boot(&self) -> Option<&BootId> {
        self.boot.as_ref()
    }

    /// Appends an entry. After an error the log is as it was before.
    pub fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = vec![b' '; 17];
        serde_json::to_writer(&mut line, entry)?;
        let check = check_of(&line[17..]);
        line[..16].copy_from_slice(check.as_bytes());
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            return Err(error);
        }
        self.length += line.len() as u64;
        self.note(entry.clone());
        Ok(())
    }

    /// Makes sure of room for the end of one more attempt. An error means: do not begin it.
    pub fn reserve(&mut self) -> io::Result<()> {
        if self.reserved >= self.length + RESERVE {
            return Ok(());
        }
        let upto = self.length + 4 * RESERVE;
        match fallocate(&self.file, FallocateFlags::KEEP_SIZE, self.length, upto - self.length) {
            Ok(()) => self.reserved = upto,
            // Not every file system can; then a full disk is met when the record is written.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => self.reserved = u64::MAX,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Syncs the log and its folder to the disk.
    pub fn sync(&self, run: &RunDir) -> io::Result<()> {
        self.file.sync_data()?;
        File::open(run.path())?.sync_all()
    }

    fn replay(&mut self) -> io::Result<()> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text)?;
        let mut from = 0;
        while let Some(end) = memchr::memchr(b'\n', &text[from..]) {
            let Some(entry) = checked(&text[from..from + end]) else {
                break;
            };
            self.note(entry);
            from += end + 1;
        }
        // Only the last line can be torn; damage before it is not ours and must not be read as "nothing happened".
        if memchr::memchr(b'\n', &text[from..]).is_some_and(|end| from + end + 1 < text.len()) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the keeper's log is damaged at byte {from}"),
            ));
        }
        self.length = from as u64;
        Ok(())
    }

    fn note(&mut self, entry: Entry) {
        match entry {
            Entry::Opened { boot, .. } => self.boot = Some(boot),
            Entry::Claimed { claim, .. } => {
                let boot = self.boot.clone().unwrap_or_else(|| BootId(String::new()));
                self.claims.insert(claim, Recorded::Begun { boot, shell: None });
            }
            Entry::Started { claim, pid, start_ticks } => {
                if let Some(Recorded::Begun { shell, .. }) = self.claims.get_mut(&claim) {
                    *shell = Some((pid, start_ticks));
                }
            }
            Entry::Burned { claim } => drop(self.claims.insert(claim, Recorded::Burned)),
            Entry::Doubted { claim } => drop(self.claims.insert(claim, Recorded::Doubted)),
            Entry::Ended(ended) => drop(self.claims.insert(ended.claim.clone(), Recorded::Ended(ended))),
        }
    }
}

fn check_of(body: &[u8]) -> String {
    hex::encode(&Digest::of(body).as_bytes()[..8])
}

fn checked(line: &[u8]) -> Option<Entry> {
    let (check, body) = line.split_at_checked(17)?;
    if check[16] != b' ' || check[..16] != *check_of(body).as_bytes() {
        return None;
    }
    serde_json::from_slice(body).ok()
}

#[cfg(test)]
mod tests {
    use callsheet_base::{RunId, StepId};

    use super::*;

    fn claim(attempt: u32) -> Claim {
        Claim { run: RunId::from_bytes([1; 16]), step: StepId::new("deploy"), act: 0, attempt }
    }

    fn write_three(run: &RunDir) {
        let lock = run.try_lock().unwrap().unwrap();
        let mut log = Log::open(run, &lock).unwrap();
        log.append(&Entry::Opened { boot: BootId("b".into()), pid: 1 }).unwrap();
        log.append(&Entry::Claimed { claim: claim(1), at: Timestamp::UNIX_EPOCH }).unwrap();
        log.append(&Entry::Burned { claim: claim(2) }).unwrap();
    }

    #[test]
    fn a_torn_last_line_is_cut_off_at_every_byte() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::new(folder.path());
        write_three(&run);
        let whole = std::fs::read(run.log()).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|b| *b == b'\n').unwrap() + 1;
        for cut in last..whole.len() {
            std::fs::write(run.log(), &whole[..cut]).unwrap();
            let lock = run.try_lock().unwrap().unwrap();
            let mut log = Log::open(&run, &lock).unwrap();
            assert!(matches!(log.recorded(&claim(1)), Some(Recorded::Begun { shell: None, .. })));
            assert_eq!(log.recorded(&claim(2)), None);
            log.append(&Entry::Burned { claim: claim(3) }).unwrap();
            assert_eq!(Log::read(&run).unwrap().unwrap().recorded(&claim(3)), Some(&Recorded::Burned));
        }
    }

    #[test]
    fn damage_before_the_end_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::new(folder.path());
        write_three(&run);
        let mut whole = std::fs::read(run.log()).unwrap();
        whole[30] ^= 1;
        std::fs::write(run.log(), &whole).unwrap();
        assert_eq!(Log::read(&run).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
