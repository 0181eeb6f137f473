//! HTTP/1.1, byte by byte: a connection that ends where an answer was due is an error.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::PATIENCE;

/// One connection.
pub(super) struct Wire {
    stream: BufReader<TcpStream>,
}

/// An answer's head, its body read.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The connection may not be used again.
    pub(super) closes: bool,
    pub(super) body: Vec<u8>,
}

/// A head, and how its body comes.
struct Head {
    status: u16,
    closes: bool,
    length: usize,
    chunked: bool,
}

impl Wire {
    pub(super) async fn connect(address: SocketAddr) -> io::Result<Wire> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Wire { stream: BufReader::new(stream) })
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await
    }

    /// Reads one answer to its end.
    pub(super) async fn answer(&mut self) -> io::Result<Answer> {
        let whole = async {
            let head = self.head().await?;
            let mut body = vec![0; head.length];
            self.stream.read_exact(&mut body).await?;
            while head.chunked
                && let Some(chunk) = self.chunk().await?
            {
                body.extend(chunk);
            }
            Ok(Answer { status: head.status, closes: head.closes, body })
        };
        tokio::time::timeout(PATIENCE, whole).await.map_err(|_| io::Error::other("no answer in time"))?
    }

    /// Reads a head alone: what follows are chunks, or bytes of another protocol.
    pub(super) async fn status(&mut self) -> io::Result<u16> {
        let head = tokio::time::timeout(PATIENCE, self.head());
        head.await.map_err(|_| io::Error::other("no answer in time"))?.map(|head| head.status)
    }

    /// Reads exactly so many bytes.
    pub(super) async fn read(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_exact(bytes));
        read.await.map_err(|_| io::Error::other("nothing came in time"))?.map(|_| ())
    }

    /// The next chunk; `None` at the last.
    pub(super) async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = usize::from_str_radix(&self.line().await?, 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size + 2];
        self.read(&mut chunk).await?;
        chunk.truncate(size);
        Ok((size > 0).then_some(chunk))
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_line(&mut line));
        match read.await.map_err(|_| io::Error::other("nothing came in time"))?? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    async fn head(&mut self) -> io::Result<Head> {
        let first = self.line().await?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no status line: {first}")))?;
        let mut head = Head { status, closes: false, length: 0, chunked: false };
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            match line.split_once(": ") {
                Some(("content-length", length)) => head.length = length.parse().map_err(io::Error::other)?,
                Some(("transfer-encoding", _)) => head.chunked = true,
                Some(("connection", word)) => head.closes = word == "close",
                None if line.is_empty() => return Ok(head),
                _ => {}
            }
        }
    }
}
