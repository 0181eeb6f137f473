//! Callsheet's side: starting a run's keeper, finding it again, talking to it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::error::KeeperError;
use crate::frame;
use crate::key::StateKey;
use crate::log::{Entry, Log};
use crate::protocol::{Message, PROTOCOL, Request, Status};
use crate::run_dir::RunDir;
use callsheet_processes::current_boot;

/// A keeper answers within this time, or counts as not answering.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A keeper that takes nothing off its socket for so long does not answer either.
const LONGEST_WRITE: Duration = Duration::from_secs(2);

/// How keepers are started: which program, for which state folder.
#[derive(Clone, Debug)]
pub struct Launcher {
    /// The program, as an absolute path; usually Callsheet itself.
    pub program: PathBuf,
    /// Arguments that make the program a keeper; `["keeper"]` for Callsheet.
    pub arguments: Vec<OsString>,
    /// The state folder: its key and its blobs.
    pub state: PathBuf,
    /// A keeper without clients and without running steps ends after this.
    pub idle: Duration,
}

impl Launcher {
    /// Keepers that are this program (`callsheet keeper …`), idle for at most ten minutes.
    pub fn this_program(state: impl Into<PathBuf>) -> Launcher {
        Launcher {
            program: PathBuf::from("/proc/self/exe"),
            arguments: vec!["keeper".into()],
            state: state.into(),
            idle: Duration::from_secs(600),
        }
    }

    /// A connection to the run's keeper, which is started if there is none. Call [`crate::recover`] first for a run that
    /// has open attempts.
    pub fn connect(&self, run: &RunDir) -> Result<Connection, KeeperError> {
        let mut lost = 0;
        for _ in 0..50 {
            if let Some(connection) = Connection::open(run)? {
                return Ok(connection);
            }
            match self.launch(run) {
                // Killed without a word before it was ready: it was asked nothing yet, so another may take its place.
                Err(KeeperError::NotReady { said }) if said.is_empty() && lost < LOST_KEEPERS => lost += 1,
                launched => launched?,
            }
        }
        Err(KeeperError::Unreachable { socket: run.socket() })
    }

    /// Starts a keeper and waits until it listens, or until it found that another one does.
    fn launch(&self, run: &RunDir) -> Result<(), KeeperError> {
        StateKey::open_or_create(&self.state).map_err(KeeperError::file("open the key in", &self.state))?;
        self.prepare(run).map_err(KeeperError::file("prepare", run.path()))?;
        let failed = |source| KeeperError::Launch { program: self.program.clone(), source };
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg("--dir")
            .arg(absolute(run.path()).map_err(failed)?)
            .arg("--state")
            .arg(absolute(&self.state).map_err(failed)?)
            .arg("--idle")
            .arg(self.idle.as_secs().to_string())
            // A keeper must not keep a file system busy.
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let mut said = String::new();
        let read = child.stdout.take().map(|mut out| out.read_to_string(&mut said));
        bury_later(child);
        match (read, said.trim()) {
            (Some(Ok(_)), "ready" | "busy") => Ok(()),
            _ => Err(KeeperError::NotReady { said: said.trim().to_owned() }),
        }
    }

    /// The log exists on the disk, with its boot, before anything can be claimed: see [`crate::log`].
    fn prepare(&self, run: &RunDir) -> io::Result<()> {
        run.create()?;
        let Some(lock) = run.try_lock()? else {
            return Ok(());
        };
        let mut log = Log::open(run, &lock)?;
        if log.boot().is_none() {
            log.append(&Entry::Opened { boot: current_boot()?, pid: std::process::id() })?;
            log.sync(run)?;
        }
        Ok(())
    }
}

/// How many keepers may be killed at their start before the step counts as one that cannot be done.
const LOST_KEEPERS: u32 = 3;

fn absolute(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}

/// Keepers outlive us or we outlive them; in the second case their exit status has to be collected some time.
fn bury_later(child: Child) {
    static LAUNCHED: Mutex<Vec<Child>> = Mutex::new(Vec::new());
    let mut launched = LAUNCHED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    launched.push(child);
    launched.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
}

/// A conversation with a keeper. Dropping it leaves the keeper and its steps alone.
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    receiver: Receiver,
    /// The keeper and what it was executing when we connected.
    pub hello: Status,
}

/// The half that asks.
#[derive(Debug)]
pub struct Sender {
    stream: UnixStream,
}

/// The half that listens.
#[derive(Debug)]
pub struct Receiver {
    stream: BufReader<UnixStream>,
    set_aside: VecDeque<Message>,
}

impl Connection {
    /// Connects to the run's keeper; `None` if none listens. Waits ten seconds for its first word.
    pub fn open(run: &RunDir) -> Result<Option<Connection>, KeeperError> {
        Connection::open_within(run, PATIENCE)
    }

    /// The same with another patience.
    pub fn open_within(run: &RunDir, patience: Duration) -> Result<Option<Connection>, KeeperError> {
        let Some(stream) = run.connect().map_err(KeeperError::file("connect to", run.socket()))? else {
            return Ok(None);
        };
        stream.set_write_timeout(Some(LONGEST_WRITE)).map_err(KeeperError::Broken)?;
        let sender = Sender { stream: stream.try_clone().map_err(KeeperError::Broken)? };
        let mut receiver = Receiver { stream: BufReader::with_capacity(64 << 10, stream), set_aside: VecDeque::new() };
        let first = match receiver.recv_timeout(patience) {
            Ok(first) => first.ok_or_else(|| KeeperError::Unreachable { socket: run.socket() })?,
            // It was just ending: as good as none.
            Err(KeeperError::Closed | KeeperError::Broken(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Message::Hello(hello) = first else {
            return Err(KeeperError::OutOfTurn(format!("{first:?}")));
        };
        if hello.protocol != PROTOCOL {
            return Err(KeeperError::OtherProtocol { theirs: hello.protocol, ours: PROTOCOL });
        }
        Ok(Some(Connection { sender, receiver, hello }))
    }

    /// Asks something.
    pub fn send(&mut self, request: &Request) -> Result<(), KeeperError> {
        self.sender.send(request)
    }

    /// The next message; blocks.
    pub fn recv(&mut self) -> Result<Message, KeeperError> {
        self.receiver.recv()
    }

    /// The next message, or `None` if none begins within `wait`.
    pub fn recv_timeout(&mut self, wait: Duration) -> Result<Option<Message>, KeeperError> {
        self.receiver.recv_timeout(wait)
    }

    /// The next message for which `wanted` holds; those before it are kept for later `recv`s.
    pub fn recv_where(&mut self, wanted: impl FnMut(&Message) -> bool) -> Result<Message, KeeperError> {
        self.receiver.recv_where(wanted)
    }

    /// The same, or `None` if none comes before `until`.
    pub fn recv_where_until(
        &mut self,
        until: Instant,
        wanted: impl FnMut(&Message) -> bool,
    ) -> Result<Option<Message>, KeeperError> {
        self.receiver.recv_where_until(until, wanted)
    }

    /// For two threads: one asks, one listens.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }
}

impl Sender {
    /// Asks something.
    pub fn send(&mut self, request: &Request) -> Result<(), KeeperError> {
        frame::write(&mut self.stream, request).map_err(KeeperError::Broken)
    }
}

impl Receiver {
    /// The next message; blocks.
    pub fn recv(&mut self) -> Result<Message, KeeperError> {
        match self.set_aside.pop_front() {
            Some(message) => Ok(message),
            None => self.read(),
        }
    }

    /// The next message, or `None` if none begins within `wait`.
    pub fn recv_timeout(&mut self, wait: Duration) -> Result<Option<Message>, KeeperError> {
        if let Some(message) = self.set_aside.pop_front() {
            return Ok(Some(message));
        }
        if self.stream.buffer().is_empty() && !self.readable_within(wait).map_err(KeeperError::Broken)? {
            return Ok(None);
        }
        self.read().map(Some)
    }

    /// The next message for which `wanted` holds; those before it are kept for later `recv`s.
    pub fn recv_where(&mut self, mut wanted: impl FnMut(&Message) -> bool) -> Result<Message, KeeperError> {
        if let Some(at) = self.set_aside.iter().position(&mut wanted) {
            return self.set_aside.remove(at).ok_or(KeeperError::Closed);
        }
        loop {
            let message = self.read()?;
            if wanted(&message) {
                return Ok(message);
            }
            self.set_aside.push_back(message);
        }
    }

    /// The same, or `None` if none comes before `until`.
    pub fn recv_where_until(
        &mut self,
        until: Instant,
        mut wanted: impl FnMut(&Message) -> bool,
    ) -> Result<Option<Message>, KeeperError> {
        if let Some(at) = self.set_aside.iter().position(&mut wanted) {
            return Ok(self.set_aside.remove(at));
        }
        loop {
            let wait = until.saturating_duration_since(Instant::now());
            if self.stream.buffer().is_empty() && !self.readable_within(wait).map_err(KeeperError::Broken)? {
                return Ok(None);
            }
            let message = self.read()?;
            if wanted(&message) {
                return Ok(Some(message));
            }
            self.set_aside.push_back(message);
        }
    }

    fn readable_within(&self, wait: Duration) -> io::Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
        let mut on = [PollFd::new(self.stream.get_ref(), PollFlags::IN)];
        match poll(&mut on, Some(&wait)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn read(&mut self) -> Result<Message, KeeperError> {
        match frame::read(&mut self.stream) {
            Ok(Some(message)) => Ok(message),
            Ok(None) => Err(KeeperError::Closed),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(KeeperError::OutOfTurn(error.to_string())),
            Err(error) => Err(KeeperError::Broken(error)),
        }
    }
}
