//! Readiness checks over HTTP, one at a time, never waiting.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use callsheet_rollout::{InstanceSpec, LONGEST_ANSWER};
use rustix::event::PollFlags;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};

/// The first check comes so soon after a start; each further one waits twice as long, up to the interval.
const FIRST: Duration = Duration::from_millis(10);

/// An answer may take the interval, but not less than this…
const SHORTEST_PATIENCE: Duration = Duration::from_secs(1);

/// …and not more.
const LONGEST_PATIENCE: Duration = Duration::from_secs(10);

/// Checks one process after the other.
pub(super) struct Checker {
    spec: InstanceSpec,
    address: Option<SocketAddr>,
    next: Instant,
    wait: Duration,
    asked: Option<Asked>,
}

struct Asked {
    stream: TcpStream,
    unsent: Vec<u8>,
    answer: Vec<u8>,
    until: Instant,
}

/// What a check met.
pub(super) enum Met {
    Ready,
    /// Nobody listens.
    Nobody,
    /// In words.
    Wrong(String),
}

impl Checker {
    pub(super) fn new(spec: &InstanceSpec) -> Checker {
        Checker { spec: spec.clone(), address: None, next: Instant::now(), wait: FIRST, asked: None }
    }

    /// From now on another process is checked, or none.
    pub(super) fn turn_to(&mut self, address: Option<SocketAddr>) {
        self.address = address;
        self.asked = None;
        self.wait = FIRST.min(self.interval());
        self.next = Instant::now() + self.wait;
    }

    /// When there is something to do although nothing happened.
    pub(super) fn due(&self) -> Option<Instant> {
        self.address?;
        Some(self.asked.as_ref().map_or(self.next, |asked| asked.until))
    }

    /// What to wait on.
    pub(super) fn source(&self) -> Option<(&TcpStream, PollFlags)> {
        let asked = self.asked.as_ref()?;
        Some((&asked.stream, if asked.unsent.is_empty() { PollFlags::IN } else { PollFlags::OUT }))
    }

    /// Goes on as far as it can; the result of a check that ended.
    pub(super) fn advance(&mut self, now: Instant) -> Option<Met> {
        let address = self.address?;
        if self.asked.is_none() {
            if now < self.next {
                return None;
            }
            match ask(address, &self.spec.ready.path, now + self.patience()) {
                Ok(asked) => self.asked = Some(asked),
                Err(error) => return Some(self.ended(now, met(&error))),
            }
        }
        let asked = self.asked.as_mut()?;
        match asked.go_on(&self.spec) {
            Ok(Some(Ok(()))) => Some(self.ended(now, Met::Ready)),
            Ok(Some(Err(words))) => Some(self.ended(now, Met::Wrong(words))),
            Ok(None) if asked.until <= now => {
                let words = format!("it does not answer within {} s", self.patience().as_secs_f32());
                Some(self.ended(now, Met::Wrong(words)))
            }
            Ok(None) => None,
            Err(error) => Some(self.ended(now, met(&error))),
        }
    }

    fn ended(&mut self, now: Instant, met: Met) -> Met {
        self.asked = None;
        self.wait = match met {
            Met::Ready => self.interval(),
            _ => (self.wait * 2).min(self.interval()),
        };
        self.next = now + self.wait;
        met
    }

    fn interval(&self) -> Duration {
        self.spec.ready.interval.to_std().max(FIRST)
    }

    fn patience(&self) -> Duration {
        self.interval().clamp(SHORTEST_PATIENCE, LONGEST_PATIENCE)
    }
}

fn ask(address: SocketAddr, path: &str, until: Instant) -> io::Result<Asked> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket: OwnedFd = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &address) {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
        Err(error) => return Err(error.into()),
    }
    let unsent = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: callsheet\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    Ok(Asked { stream: TcpStream::from(socket), unsent: unsent.into_bytes(), answer: Vec::new(), until })
}

impl Asked {
    fn go_on(&mut self, spec: &InstanceSpec) -> io::Result<Option<Result<(), String>>> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                // Not connected yet.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(spec.judge_answer(&self.answer, true)),
                Ok(length) => self.answer.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error),
            }
            if let Some(verdict) = spec.judge_answer(&self.answer, false) {
                return Ok(Some(verdict));
            }
            if self.answer.len() > 2 * LONGEST_ANSWER {
                return Ok(spec.judge_answer(&self.answer, true));
            }
        }
    }
}

fn met(error: &io::Error) -> Met {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Met::Nobody,
        io::ErrorKind::ConnectionReset => Met::Wrong("it closes the connection without an answer".into()),
        _ => Met::Wrong(format!("it cannot be asked: {error}")),
    }
}
