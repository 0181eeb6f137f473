//! A started program and how it ended.

use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use crate::processes::Pid;

/// A story that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(60);

/// How a program ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Its arguments, for the person who reads a failure.
    pub line: String,
    /// Exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A running program. Killed when dropped.
#[derive(Debug)]
pub struct Program {
    line: String,
    child: Child,
    // Files, not pipes: a process left behind that still holds a pipe would keep us waiting for its end.
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Ending {
    /// Fails the story unless the exit code is `code`; hands itself on.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ending {
        assert_eq!(self.code, Some(code), "exit code of {self}");
        self
    }

    /// Both outputs.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ({:?})\n--- stdout\n{}\n--- stderr\n{}", self.line, self.code, self.stdout, self.stderr)
    }
}

impl Program {
    /// Takes over a child that writes to these files.
    pub(crate) fn new(line: String, child: Child, stdout: PathBuf, stderr: PathBuf) -> Program {
        Program { line, child, stdout, stderr }
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        Pid(self.child.id() as i32)
    }

    /// kill -9, then how it ended.
    pub fn kill(mut self) -> Ending {
        self.pid().kill();
        let status = self.child.wait().ok();
        self.end(status)
    }

    /// Waits for its end; a program that hangs is killed and fails the story.
    #[track_caller]
    pub fn wait(self) -> Ending {
        self.wait_for(LONGEST).unwrap_or_else(|ending| panic!("hangs: {ending}"))
    }

    /// Waits at most `longest`; `Err` if it had to be killed.
    pub fn wait_for(mut self, longest: Duration) -> Result<Ending, Ending> {
        let began = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(self.end(Some(status))),
                Ok(None) if began.elapsed() < longest => std::thread::sleep(Duration::from_micros(500)),
                Ok(None) | Err(_) => return Err(self.kill()),
            }
        }
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it has printed to standard output so far.
    pub fn printed(&self) -> String {
        read(&self.stdout)
    }

    fn end(&mut self, status: Option<ExitStatus>) -> Ending {
        let code = status.and_then(|status| status.code());
        Ending { line: self.line.clone(), code, stdout: read(&self.stdout), stderr: read(&self.stderr) }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.runs() {
            self.pid().kill();
            // Reaped, so that no zombie is left; it was killed, so this ends at once.
            let _reaped = self.child.wait();
        }
    }
}

fn read(path: &PathBuf) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
