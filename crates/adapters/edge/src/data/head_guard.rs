//! Around the client's socket: notes when a head begins and when the client takes nothing, and finds heads that two servers could read in
//! two ways.
//!
//! The HTTP library takes some of them and mends them (a head with both `Content-Length` and `Transfer-Encoding` loses the first), so what
//! reaches an instance is always well framed. But whoever sends such a head means no good, or stands behind a proxy that read it otherwise:
//! it is refused. Heads that follow another request in one packet are mended, not refused.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::Connection;
use super::worker::Clock;

/// A socket, watched.
pub(crate) struct HeadGuard<S> {
    socket: S,
    connection: Arc<Connection>,
    clock: Arc<Clock>,
    /// HTTP/2 has frames, which its library checks.
    scan: bool,
    head: Head,
}

/// What was read of a head so far.
#[derive(Debug, Default)]
struct Head {
    /// The first bytes of the line being read, in lower case.
    line: [u8; LONGEST_NAME],
    length: usize,
    last: u8,
    /// Whether the line is longer than what is kept.
    content_lengths: u32,
    transfer_encodings: u32,
    bare_line_feed: bool,
    ended: bool,
}

const TRANSFER_ENCODING: &[u8] = b"transfer-encoding:";
const CONTENT_LENGTH: &[u8] = b"content-length:";
const LONGEST_NAME: usize = TRANSFER_ENCODING.len();

impl Head {
    /// Reads on. Stops at the head's end.
    fn read(&mut self, mut bytes: &[u8]) {
        while !self.ended && !bytes.is_empty() {
            let end = memchr::memchr(b'\n', bytes);
            let part = &bytes[..end.unwrap_or(bytes.len())];
            let kept = part.len().min(LONGEST_NAME - self.length.min(LONGEST_NAME));
            if self.length < LONGEST_NAME {
                self.line[self.length..self.length + kept].copy_from_slice(&part[..kept]);
            }
            self.length += part.len();
            self.last = part.last().copied().unwrap_or(self.last);
            let Some(end) = end else { return };
            self.end_line();
            bytes = &bytes[end + 1..];
        }
    }

    fn end_line(&mut self) {
        let bare = self.length == 0 || self.last != b'\r';
        self.bare_line_feed |= bare;
        let line = &self.line[..self.length.min(LONGEST_NAME)];
        let named = |name: &[u8]| line.len() >= name.len() && line[..name.len()].eq_ignore_ascii_case(name);
        match line.first() {
            Some(b't' | b'T') if named(TRANSFER_ENCODING) => self.transfer_encodings += 1,
            Some(b'c' | b'C') if named(CONTENT_LENGTH) => self.content_lengths += 1,
            _ => {}
        }
        self.ended = self.length == usize::from(!bare);
        self.length = 0;
        self.last = 0;
    }

    /// Whether two servers could read it in two ways.
    fn is_ambiguous(&self) -> bool {
        self.bare_line_feed || self.content_lengths + self.transfer_encodings > 1
    }
}

impl<S> HeadGuard<S> {
    pub(crate) fn new(socket: S, connection: Arc<Connection>, clock: Arc<Clock>, scan: bool) -> HeadGuard<S> {
        HeadGuard { socket, connection, clock, scan, head: Head::default() }
    }

    fn look_at(&mut self, bytes: &[u8]) {
        let connection = &self.connection;
        if connection.active.load(Ordering::Relaxed) > 0 {
            return;
        }
        if connection.head_since.load(Ordering::Relaxed) == 0 {
            self.head = Head::default();
            connection.head_since.store(self.clock.now(), Ordering::Relaxed);
        }
        self.head.read(bytes);
        if self.head.is_ambiguous() {
            connection.malformed.store(true, Ordering::Relaxed);
        }
    }

    fn wrote(&self, pending: bool) {
        let unread = &self.connection.unread_since;
        let noted = unread.load(Ordering::Relaxed) != 0;
        if pending && !noted {
            unread.store(self.clock.now(), Ordering::Relaxed);
        } else if !pending && noted {
            unread.store(0, Ordering::Relaxed);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HeadGuard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, buf);
        if self.scan && buf.filled().len() > before {
            self.look_at(&buf.filled()[before..]);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HeadGuard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(cx, buf);
        self.wrote(polled.is_pending());
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.wrote(polled.is_pending());
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, ambiguous: bool) {
        for size in [1, 2, 3, 7, 1000] {
            let mut guard = Head::default();
            head.as_bytes().chunks(size).for_each(|chunk| guard.read(chunk));
            assert_eq!(guard.is_ambiguous(), ambiguous, "{head:?} by {size}: {guard:?}");
        }
    }

    #[test]
    fn one_framing_is_clear() {
        check("GET / HTTP/1.1\r\nHost: a\r\n\r\n", false);
        check("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na\nb", false);
        check("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", false);
        check("POST / HTTP/1.1\r\nX-Content-Length: 1\r\nContent-Lengths: 2\r\nContent-Length: 3\r\n\r\n", false);
    }

    #[test]
    fn two_are_not() {
        check("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", true);
        check("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\nCONTENT-LENGTH: 3\r\n\r\n", true);
        check("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", true);
        check("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", true);
    }

    #[test]
    fn a_line_ends_with_both_its_characters() {
        check("GET / HTTP/1.1\nHost: a\r\n\r\n", true);
        check("GET / HTTP/1.1\r\nHost: a\n\r\n", true);
        check("GET / HTTP/1.1\r\nHost: a\r\n\n", true);
    }
}
