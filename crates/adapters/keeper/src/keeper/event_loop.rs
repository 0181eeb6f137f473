//! The loop: wait for news, act on it, never block on anything else.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use callsheet_base::BootId;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::attempt::Attempt;
use super::cgroup::Cgroup;
use super::clients::Clients;
use super::finish::finish_at;
use super::startup::Settings;
use crate::blobs::Blobs;
use crate::key::StateKey;
use crate::log::Log;
use crate::outcome::{End, Ended, Leftover};
use crate::protocol::{Message, SnapshotId};
use crate::redact::RedactionSet;
use crate::run_dir::KeeperLock;
use crate::shell::ShellState;
use callsheet_processes::{Signals, bury_orphans, is_running};

/// A terminal's short held-back output is shown after this.
const HELD: Duration = Duration::from_millis(40);

/// A keeper without steps looks this often whether its run's folder is still there.
const FOLDER: Duration = Duration::from_secs(5);

/// A keeper at work.
pub(super) struct Keeper {
    pub(super) settings: Settings,
    lock: KeeperLock,
    pub(super) key: StateKey,
    pub(super) boot: BootId,
    pub(super) log: Log,
    pub(super) blobs: Blobs,
    signals: Signals,
    pub(super) cgroup: Cgroup,
    listener: UnixListener,
    pub(super) clients: Clients,
    pub(super) attempts: Vec<Attempt>,
    /// Ends whose record did not fit on the disk, and when to try again.
    pub(super) unrecorded: Vec<Ended>,
    pub(super) retry_at: Option<Instant>,
    /// Processes that ended steps left running.
    pub(super) leftovers: Vec<Leftover>,
    /// Output of such processes: read and dropped, so that writing does not end them.
    pub(super) lingering: Vec<OwnedFd>,
    /// The last snapshot written or read: usually the next step's beginning.
    pub(super) last_state: Option<(SnapshotId, Rc<ShellState>)>,
    /// The last redaction set and what it was made of.
    pub(super) last_set: Option<(SecretPairs, Rc<RedactionSet>)>,
    /// Clients that wait for our end.
    pub(super) releasing: Vec<u64>,
    stopping: bool,
    idle_since: Instant,
    pub(super) buffer: Vec<u8>,
}

/// Names and values of everything to redact.
type SecretPairs = Vec<(String, String)>;

/// What can be ready.
#[derive(Clone, Copy)]
enum Source {
    Signal,
    Door,
    Client(u64),
    Stream(usize, usize),
    Lingering(usize),
}

impl Keeper {
    #[expect(clippy::too_many_arguments, reason = "everything that startup opened, each once")]
    pub(super) fn new(
        settings: Settings,
        lock: KeeperLock,
        key: StateKey,
        boot: BootId,
        log: Log,
        signals: Signals,
        cgroup: Cgroup,
        listener: UnixListener,
    ) -> Keeper {
        let blobs = Blobs::of_state(&settings.state);
        Keeper {
            settings,
            lock,
            key,
            boot,
            log,
            blobs,
            signals,
            cgroup,
            listener,
            clients: Clients::default(),
            attempts: Vec::new(),
            unrecorded: Vec::new(),
            retry_at: None,
            leftovers: Vec::new(),
            lingering: Vec::new(),
            last_state: None,
            last_set: None,
            releasing: Vec::new(),
            stopping: false,
            idle_since: Instant::now(),
            buffer: vec![0; 64 << 10],
        }
    }

    /// Works until told to go, or until nobody needs it.
    pub(super) fn run(mut self) -> ExitCode {
        loop {
            let now = Instant::now();
            self.stop_if_told();
            self.advance(now);
            self.retry_records(now);
            self.clients.drop_gone();
            if self.is_over(now) {
                return self.go();
            }
            // Nothing can be done about a failing poll or waitpid but to end; the log stays true.
            if self.wait().is_err() {
                return ExitCode::from(70);
            }
        }
    }

    /// True if no step may begin any more.
    pub(super) fn is_ending(&self) -> bool {
        self.stopping || !self.releasing.is_empty()
    }

    fn stop_if_told(&mut self) {
        if self.signals.told_to_stop() && !self.stopping {
            self.stopping = true;
            for index in 0..self.attempts.len() {
                self.begin_to_end(index, End::KeeperStopped);
            }
        }
    }

    /// Times out, ends and finishes attempts that are due.
    fn advance(&mut self, now: Instant) {
        let mut index = 0;
        while index < self.attempts.len() {
            let over = if self.attempts[index].ending.is_some() {
                self.pursue(index, now)
            } else {
                self.pursue(index, now) || finish_at(&self.attempts[index]).is_some_and(|at| at <= now)
            };
            if over {
                self.finish(index);
                self.idle_since = now;
            } else {
                index += 1;
            }
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        if !self.attempts.is_empty() {
            return false;
        }
        let idle =
            self.clients.all.is_empty() && self.unrecorded.is_empty() && now >= self.idle_since + self.settings.idle;
        self.is_ending() || idle || !self.lock.is_in_place()
    }

    /// The orderly end. Services that steps left running keep a reader for their output.
    fn go(mut self) -> ExitCode {
        for client in std::mem::take(&mut self.releasing) {
            self.clients.tell(client, &Message::Released);
        }
        // A client that comes in between finds the door closed and starts a new keeper.
        let removed = self.settings.run.remove_socket(&self.lock);
        self.clients.flush_all(Duration::from_secs(2));
        drop((self.listener, self.clients, self.log, self.lock));
        self.cgroup.leave();
        drain(self.lingering, &mut self.buffer);
        if removed.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(70) }
    }

    /// How long nothing needs to be done, if nothing happens.
    fn patience(&self, now: Instant) -> Option<Duration> {
        let mut due: Vec<Instant> = self.retry_at.into_iter().collect();
        for attempt in &self.attempts {
            match &attempt.ending {
                Some(ending) => due.push(ending.look_at),
                None => due.extend(finish_at(attempt).or(attempt.deadline)),
            }
            if attempt.holds_back() {
                due.push(attempt.last_output + HELD);
            }
        }
        if self.attempts.is_empty() {
            due.push(now + FOLDER);
            if self.clients.all.is_empty() {
                due.push(self.idle_since + self.settings.idle);
            }
        }
        due.into_iter().min().map(|at| at.saturating_duration_since(now))
    }

    fn wait(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let ready = self.ready(self.patience(now))?;
        let had_clients = !self.clients.all.is_empty();
        for source in ready {
            match source {
                Source::Signal => self.collect_ended()?,
                Source::Door => {
                    let hello = Message::Hello(self.status());
                    self.clients.accept(&self.listener, || hello.clone());
                }
                Source::Client(id) => {
                    self.clients.write(id);
                    for request in self.clients.read(id) {
                        self.handle(id, request);
                    }
                }
                Source::Stream(attempt, stream) => self.read_stream(attempt, stream),
                Source::Lingering(index) => self.read_lingering(index),
            }
        }
        self.lingering.retain(|descriptor| !has_hung_up(descriptor));
        self.show_held();
        if had_clients {
            self.idle_since = Instant::now();
        }
        Ok(())
    }

    fn ready(&self, patience: Option<Duration>) -> io::Result<Vec<Source>> {
        let mut sources = vec![Source::Signal, Source::Door];
        let mut waits =
            vec![PollFd::new(self.signals.descriptor(), PollFlags::IN), PollFd::new(&self.listener, PollFlags::IN)];
        for (id, client) in &self.clients.all {
            sources.push(Source::Client(*id));
            let wanted = if client.has_unread() { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
            waits.push(PollFd::new(&client.stream, wanted));
        }
        for (index, attempt) in self.attempts.iter().enumerate() {
            for (stream, output) in attempt.outputs.iter().enumerate() {
                let Some(from) = &output.from else { continue };
                sources.push(Source::Stream(index, stream));
                let wanted = if attempt.input.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
                waits.push(PollFd::new(from, wanted));
            }
        }
        for (index, from) in self.lingering.iter().enumerate() {
            sources.push(Source::Lingering(index));
            waits.push(PollFd::new(from, PollFlags::IN));
        }
        let patience = patience.map(|p| Timespec { tv_sec: p.as_secs() as i64, tv_nsec: i64::from(p.subsec_nanos()) });
        match poll(&mut waits, patience.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = sources.iter().zip(&waits).filter(|(_, wait)| !wait.revents().is_empty());
        Ok(ready.map(|(source, _)| *source).collect())
    }

    fn collect_ended(&mut self) -> io::Result<()> {
        self.signals.clear();
        for attempt in &mut self.attempts {
            attempt.collect_exit()?;
        }
        let shells: Vec<u32> = self.attempts.iter().map(|attempt| attempt.root.shell).collect();
        bury_orphans(&shells)?;
        self.leftovers.retain(|left| is_running(left.pid, left.start_ticks));
        // The last output and the news of the end often come together.
        for index in 0..self.attempts.len() {
            for stream in 0..self.attempts[index].outputs.len() {
                self.read_stream(index, stream);
            }
        }
        Ok(())
    }

    fn read_stream(&mut self, attempt: usize, stream: usize) {
        let Some(attempt) = self.attempts.get_mut(attempt) else { return };
        attempt.write_input();
        for message in attempt.read(stream, &mut self.buffer, 256 << 10) {
            self.clients.tell_all(&message);
        }
    }

    fn read_lingering(&mut self, index: usize) {
        if let Some(from) = self.lingering.get(index) {
            // Dropped on purpose; an error shows as a hang-up.
            let _ = rustix::io::read(from, &mut *self.buffer);
        }
    }

    fn show_held(&mut self) {
        let now = Instant::now();
        for attempt in &mut self.attempts {
            if attempt.holds_back() && attempt.last_output + HELD <= now {
                for message in attempt.show_held() {
                    self.clients.tell_all(&message);
                }
            }
        }
    }
}

/// True if nobody can write any more.
fn has_hung_up(descriptor: &OwnedFd) -> bool {
    let mut waits = [PollFd::new(descriptor, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let asked = poll(&mut waits, Some(&now));
    let flags = waits[0].revents();
    asked.is_ok() && flags.intersects(PollFlags::HUP | PollFlags::ERR) && !flags.contains(PollFlags::IN)
}

/// Reads and drops until all writers are gone.
fn drain(mut lingering: Vec<OwnedFd>, buffer: &mut [u8]) {
    while !lingering.is_empty() {
        let mut waits: Vec<PollFd> =
            lingering.iter().map(|descriptor| PollFd::new(descriptor, PollFlags::IN)).collect();
        if !matches!(poll(&mut waits, None), Ok(_) | Err(rustix::io::Errno::INTR)) {
            return;
        }
        lingering.retain(|descriptor| {
            !has_hung_up(descriptor)
                && !matches!(rustix::io::read(descriptor, &mut *buffer), Ok(0) | Err(rustix::io::Errno::IO))
        });
    }
}
