//! One executing attempt: its shell, its streams, its time.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::rc::Rc;
use std::time::{Duration, Instant};

use callsheet_base::Timestamp;
use wait4::Wait4;

use super::family::Root;
use crate::bytes::Bytes;
use crate::capture::Capture;
use crate::claim::Claim;
use crate::outcome::End;
use crate::protocol::{Message, NamedSecret, Running, SaveState, SnapshotId, Stream};
use crate::redact::{RedactionSet, Redactor};
use crate::shell::ShellState;

/// An attempt whose shell was started.
pub(super) struct Attempt {
    pub(super) claim: Claim,
    pub(super) root: Root,
    pub(super) started: Timestamp,
    pub(super) child: Child,
    /// Set when the shell has ended; the attempt may still wait for its family or its last output.
    pub(super) exit: Option<Exit>,
    /// Set when we are ending it.
    pub(super) ending: Option<Ending>,
    pub(super) deadline: Option<Instant>,
    pub(super) grace: Duration,
    /// Standard output and error, or the terminal alone.
    pub(super) outputs: Vec<Output>,
    /// Keys on their way to the terminal.
    pub(super) input: VecDeque<u8>,
    pub(super) redactions: Rc<RedactionSet>,
    pub(super) shell: ShellSide,
    /// Where it may leave files as evidence.
    pub(super) left_files: Option<PathBuf>,
    pub(super) last_output: Instant,
}

/// How a shell ended.
pub(super) struct Exit {
    pub(super) status: ExitStatus,
    pub(super) cpu: Duration,
    pub(super) max_rss_bytes: u64,
    pub(super) at: Instant,
    pub(super) when: Timestamp,
}

/// An attempt that we are ending: TERM was sent.
pub(super) struct Ending {
    pub(super) end: End,
    /// KILL from here on.
    pub(super) kill_at: Instant,
    /// When to look again.
    pub(super) look_at: Instant,
    /// When to give up on processes that even KILL does not end (another user's, or stuck in the kernel).
    pub(super) give_up_at: Instant,
}

/// What connects an attempt to the shell's state.
pub(super) struct ShellSide {
    /// Where the shell writes its state; `None` if it cannot.
    pub(super) dump: Option<File>,
    /// Files the shell reads by path; they live as long as the attempt.
    pub(super) _read_by_shell: Vec<File>,
    pub(super) before: Option<(SnapshotId, Rc<ShellState>)>,
    pub(super) save: SaveState,
    pub(super) secrets: Vec<NamedSecret>,
    /// The shell's program, for messages.
    pub(super) program: String,
}

/// One stream.
pub(super) struct Output {
    pub(super) stream: Stream,
    /// `None` after its end.
    pub(super) from: Option<OwnedFd>,
    pub(super) redactor: Redactor,
    pub(super) capture: Capture,
    /// For a terminal: what people see, which does not wait for whole words, and its length.
    live: Option<(Redactor, u64)>,
}

impl Output {
    pub(super) fn new(stream: Stream, from: OwnedFd, set: &RedactionSet, limit: u64) -> Output {
        let live = (stream == Stream::Terminal).then(|| (Redactor::new(set), 0));
        Output { stream, from: Some(from), redactor: Redactor::new(set), capture: Capture::new(limit), live }
    }

    /// Takes raw output; returns what can be shown now and its offset.
    fn take(&mut self, set: &RedactionSet, raw: &[u8]) -> (u64, Vec<u8>) {
        let mut clean = Vec::new();
        self.redactor.push(set, raw, &mut clean);
        let offset = self.capture.size();
        self.capture.push(&clean);
        match &mut self.live {
            None => (offset, clean),
            Some((redactor, shown)) => {
                let mut seen = Vec::new();
                redactor.push(set, raw, &mut seen);
                let offset = *shown;
                *shown += seen.len() as u64;
                (offset, seen)
            }
        }
    }

    /// The end of the stream: what was held back.
    fn finish(&mut self, set: &RedactionSet) -> (u64, Vec<u8>) {
        let mut clean = Vec::new();
        self.redactor.finish(set, &mut clean);
        let offset = self.capture.size();
        self.capture.push(&clean);
        (offset, clean)
    }
}

impl Attempt {
    /// For messages.
    pub(super) fn running(&self) -> Running {
        Running {
            claim: self.claim.clone(),
            pid: self.root.shell,
            started: self.started,
            interactive: self.terminal().is_some(),
        }
    }

    /// The terminal's descriptor, if this attempt has one that is open.
    pub(super) fn terminal(&self) -> Option<&OwnedFd> {
        self.outputs.iter().find(|output| output.stream == Stream::Terminal)?.from.as_ref()
    }

    /// Notes the shell's end, if it has ended.
    pub(super) fn collect_exit(&mut self) -> io::Result<()> {
        if self.exit.is_none()
            && let Some(used) = self.child.try_wait4()?
        {
            self.exit = Some(Exit {
                status: used.status,
                cpu: used.rusage.utime + used.rusage.stime,
                max_rss_bytes: used.rusage.maxrss,
                at: Instant::now(),
                when: Timestamp::now(),
            });
        }
        Ok(())
    }

    /// Reads what a stream has now, at most `most` bytes; returns what clients are told.
    pub(super) fn read(&mut self, index: usize, buffer: &mut [u8], most: usize) -> Vec<Message> {
        let mut told = Vec::new();
        let mut total = 0;
        while total < most {
            let output = &mut self.outputs[index];
            let Some(from) = &output.from else { break };
            match rustix::io::read(from, &mut *buffer) {
                Ok(0) => output.from = None,
                Ok(length) => {
                    total += length;
                    self.last_output = Instant::now();
                    let (offset, bytes) = output.take(&self.redactions, &buffer[..length]);
                    told.extend(self.told(index, offset, bytes));
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => break,
                // A terminal says so when its last user closed it.
                Err(_) => output.from = None,
            }
        }
        told
    }

    /// Reads what all streams have now, and what redaction held back.
    pub(super) fn read_rest(&mut self, buffer: &mut [u8]) -> Vec<Message> {
        let mut told = Vec::new();
        for index in 0..self.outputs.len() {
            // A background process may write forever; what the pipe holds is all that belongs to the step.
            told.extend(self.read(index, buffer, 1 << 20));
            let (offset, bytes) = self.outputs[index].finish(&self.redactions);
            told.extend(self.told(index, offset, bytes));
        }
        told
    }

    /// For people at a terminal: what was held back too long.
    pub(super) fn show_held(&mut self) -> Vec<Message> {
        let mut told = Vec::new();
        for index in 0..self.outputs.len() {
            let Some((redactor, shown)) = &mut self.outputs[index].live else { continue };
            let mut seen = Vec::new();
            redactor.show_held(&mut seen);
            let offset = *shown;
            *shown += seen.len() as u64;
            told.extend(self.told(index, offset, seen));
        }
        told
    }

    /// True if a terminal's view holds something back that can be shown after a moment.
    pub(super) fn holds_back(&self) -> bool {
        self.outputs.iter().any(|output| output.live.as_ref().is_some_and(|(redactor, _)| redactor.holds_back()))
    }

    /// Writes typed keys as far as the terminal takes them.
    pub(super) fn write_input(&mut self) {
        while !self.input.is_empty() {
            let Some(terminal) = self.terminal() else {
                self.input.clear();
                return;
            };
            match rustix::io::write(terminal, self.input.as_slices().0) {
                Ok(length) => drop(self.input.drain(..length)),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                Err(_) => self.input.clear(),
            }
        }
    }

    /// Reads the whole dump of the shell's state.
    pub(super) fn dump(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(mut dump) = self.shell.dump.as_ref() {
            dump.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    fn told(&self, index: usize, offset: u64, bytes: Vec<u8>) -> Option<Message> {
        if bytes.is_empty() {
            return None;
        }
        let stream = self.outputs[index].stream;
        Some(Message::Output { claim: self.claim.clone(), stream, offset, bytes: Bytes(bytes) })
    }
}
