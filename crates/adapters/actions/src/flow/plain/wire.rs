//! One connection. A request is written, then its answer is awaited on the same thread: with nothing between the program and the
//! kernel's own waiting, a small exchange costs two calls of the system.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use httparse::{Status, parse_chunk_size};
use rustix::net::{RecvFlags, recv};

use super::answer::{Framing, Head, LARGEST_HEAD, head};

/// Read at once.
const PIECE: usize = 16 << 10;
/// What the kernel takes without waiting for the server to read.
const SMALL: usize = 32 << 10;
/// So soon after an exchange a connection is as likely to be open as one that was just looked at.
const FRESH: Duration = Duration::from_millis(5);
/// How much longer than it may an answer in several pieces can take, so that not each piece costs a call of the system.
const SLACK: Duration = Duration::from_millis(20);

/// A connection that no request is on.
pub(super) struct Wire {
    stream: TcpStream,
    /// The server's address.
    pub(super) ip: String,
    /// What has been read and not used yet.
    buffer: Vec<u8>,
    /// What the next read goes to: kept, so that it is not made anew each time.
    piece: Box<[u8]>,
    /// How long one read waits.
    patience: Duration,
    /// When the whole exchange must be over.
    deadline: Instant,
    /// When it was last asked something.
    used: Instant,
}

/// A whole response.
pub(super) struct Answer {
    pub head: Head,
    pub body: Vec<u8>,
    /// The connection may take another request.
    pub reusable: bool,
}

/// Why there is no whole response.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("there was no answer in time")]
    Late,
    #[error("{what}")]
    Broken {
        what: String,
        /// Nothing at all had come.
        silent: bool,
    },
    #[error("the response broke off after {bytes} bytes: {what}")]
    Cut { bytes: usize, what: String },
    #[error("the response's body is larger than {limit} bytes")]
    TooLarge { limit: usize },
}

// === impl Wire ===

impl Wire {
    /// Takes over a stream that waits.
    pub(super) fn new(stream: TcpStream) -> io::Result<Wire> {
        let ip = stream.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default();
        // A request is one write; waiting for more would only add delay.
        stream.set_nodelay(true)?;
        let (patience, now) = (Duration::ZERO, Instant::now());
        let piece = vec![0; PIECE].into();
        Ok(Wire { stream, ip, buffer: Vec::new(), piece, patience, deadline: now, used: now })
    }

    /// Whether it was in use until just now.
    pub(super) fn is_fresh(&self) -> bool {
        self.used.elapsed() < FRESH
    }

    /// Whether the server has neither closed it nor sent anything unasked.
    pub(super) fn is_open(&self) -> bool {
        let mut byte = [0];
        let found = recv(&self.stream, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT);
        matches!(found, Err(rustix::io::Errno::WOULDBLOCK))
    }

    /// Sends a request and reads its answer, for at most `time`; `has_body`: it is not a HEAD.
    pub(super) fn exchange(
        &mut self,
        request: &[u8],
        has_body: bool,
        limit: usize,
        time: Duration,
    ) -> Result<Answer, WireError> {
        self.used = Instant::now();
        self.deadline = self.used + time;
        self.wait_at_most(time).map_err(|error| self.fault(&error, None))?;
        if request.len() <= SMALL {
            return match self.stream.write_all(request) {
                // The server may have answered before it closed.
                Err(error) => self.answer(has_body, limit).map_err(|_| self.fault(&error, None)),
                Ok(()) => self.answer(has_body, limit),
            };
        }
        // A server may answer while it still reads, and wait for its answer to be taken.
        let writer = self.stream.try_clone().map_err(|error| self.fault(&error, None))?;
        thread::scope(|scope| {
            let writing = scope.spawn(|| (&writer).write_all(request));
            let answer = self.answer(has_body, limit);
            let written = writing.is_finished();
            if !written {
                // A connection that is gone already needs no end.
                let _ = writer.shutdown(Shutdown::Both);
            }
            let sent = writing.join().is_ok_and(|sent| sent.is_ok());
            answer.map(|answer| Answer { reusable: answer.reusable && written && sent, ..answer })
        })
    }

    fn answer(&mut self, has_body: bool, limit: usize) -> Result<Answer, WireError> {
        let head = self.head()?;
        let framing = head.framing(has_body).map_err(|what| WireError::Broken { what, silent: false })?;
        let body = match framing {
            Framing::Length(length) if length > limit => return Err(WireError::TooLarge { limit }),
            Framing::Length(length) => self.sized(length)?,
            Framing::Chunked => self.chunked(limit)?,
            Framing::Close => self.up_to_close(limit)?,
        };
        let reusable = self.buffer.is_empty() && framing != Framing::Close && head.keeps_open();
        Ok(Answer { head, body, reusable })
    }

    fn head(&mut self) -> Result<Head, WireError> {
        let broken = |what: String| WireError::Broken { what, silent: false };
        loop {
            if !self.buffer.is_empty()
                && let Some((head, length)) = head(&self.buffer).map_err(broken)?
            {
                self.buffer.drain(..length);
                // Interim answers come before the real one.
                if !(100..200).contains(&head.status) || head.status == 101 {
                    return Ok(head);
                }
                continue;
            }
            match self.fill() {
                Ok(0) => {
                    let early = "the server closed the connection before it answered";
                    return Err(WireError::Broken { what: early.to_owned(), silent: self.buffer.is_empty() });
                }
                Ok(_) => {}
                Err(error) => return Err(self.fault(&error, None)),
            }
        }
    }

    fn sized(&mut self, length: usize) -> Result<Vec<u8>, WireError> {
        while self.buffer.len() < length {
            self.more(self.buffer.len())?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn chunked(&mut self, limit: usize) -> Result<Vec<u8>, WireError> {
        let mut body = Vec::new();
        loop {
            let (start, size) = loop {
                match parse_chunk_size(&self.buffer) {
                    Ok(Status::Complete((start, size))) => break (start, usize::try_from(size).unwrap_or(usize::MAX)),
                    Ok(Status::Partial) if self.buffer.len() < LARGEST_HEAD => self.more(body.len())?,
                    Ok(Status::Partial) | Err(_) => {
                        return Err(WireError::Cut { bytes: body.len(), what: "a chunk has no size".to_owned() });
                    }
                }
            };
            if size > limit.saturating_sub(body.len()) {
                return Err(WireError::TooLarge { limit });
            }
            self.buffer.drain(..start);
            if size == 0 {
                self.trailers(body.len())?;
                return Ok(body);
            }
            while self.buffer.len() < size + 2 {
                self.more(body.len() + self.buffer.len().min(size))?;
            }
            if &self.buffer[size..size + 2] != b"\r\n" {
                return Err(WireError::Cut { bytes: body.len(), what: "a chunk is longer than its size".to_owned() });
            }
            body.extend(self.buffer.drain(..size + 2).take(size));
        }
    }

    /// Lines up to an empty one: no flow asks for them.
    fn trailers(&mut self, read: usize) -> Result<(), WireError> {
        loop {
            match self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                Some(end) => {
                    self.buffer.drain(..end + 2);
                    if end == 0 {
                        return Ok(());
                    }
                }
                None if self.buffer.len() < LARGEST_HEAD => self.more(read)?,
                None => return Err(WireError::Cut { bytes: read, what: "its trailers do not end".to_owned() }),
            }
        }
    }

    fn up_to_close(&mut self, limit: usize) -> Result<Vec<u8>, WireError> {
        loop {
            if self.buffer.len() > limit {
                return Err(WireError::TooLarge { limit });
            }
            match self.fill() {
                Ok(0) => return Ok(std::mem::take(&mut self.buffer)),
                Ok(_) => {}
                Err(error) => return Err(self.fault(&error, Some(self.buffer.len()))),
            }
        }
    }

    /// Reads more of a body of which `read` bytes are known.
    fn more(&mut self, read: usize) -> Result<(), WireError> {
        let cut = |what: String| WireError::Cut { bytes: read, what };
        match self.fill() {
            Ok(0) => Err(cut("the server closed the connection".to_owned())),
            Ok(_) => Ok(()),
            Err(error) => Err(self.fault(&error, Some(read))),
        }
    }

    /// Reads a piece. 0: the server has sent all.
    fn fill(&mut self) -> io::Result<usize> {
        let rest = self.deadline.saturating_duration_since(Instant::now());
        if rest + SLACK < self.patience {
            self.wait_at_most(rest)?;
        }
        loop {
            match self.stream.read(&mut self.piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => {
                    let read = read?;
                    self.buffer.extend_from_slice(&self.piece[..read]);
                    return Ok(read);
                }
            }
        }
    }

    fn wait_at_most(&mut self, time: Duration) -> io::Result<()> {
        // No time at all would mean for ever.
        let time = time.max(Duration::from_millis(1));
        if time != self.patience {
            self.stream.set_read_timeout(Some(time))?;
            self.stream.set_write_timeout(Some(time))?;
            self.patience = time;
        }
        Ok(())
    }

    /// Why a read or write failed, after so many bytes of a body.
    fn fault(&self, error: &io::Error, read: Option<usize>) -> WireError {
        match (error.kind(), read) {
            (io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut, _) => WireError::Late,
            (_, Some(bytes)) => WireError::Cut { bytes, what: error.to_string() },
            (kind, None) => {
                let gone = matches!(kind, io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe);
                WireError::Broken { what: error.to_string(), silent: gone && self.buffer.is_empty() }
            }
        }
    }
}
