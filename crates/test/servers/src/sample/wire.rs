//! HTTP/1.1 on a socket: requests in, answers out.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Method.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// `HTTP/1.1`.
    pub version: String,
    /// In order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Received {
    /// The first value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Values of a query parameter, decoded, in order.
    pub fn query<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = String> + 'a {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(move |(name, _)| *name == wanted).map(|(_, value)| percent_decoded(value))
    }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What goes back.
pub(super) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Vec<u8>,
    pub framing: Framing,
}

/// How the body's end is told.
pub(super) enum Framing {
    Length,
    Chunked,
    /// Says that more comes than does.
    Short,
    /// Nothing is answered at all.
    Nothing,
}

/// Reads requests from one connection.
pub(super) struct Reader<'a> {
    stream: BufReader<&'a TcpStream>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(stream: &'a TcpStream) -> Reader<'a> {
        Reader { stream: BufReader::new(stream) }
    }

    /// The next request; `None` when the other side is done or broken.
    pub(super) fn request(&mut self) -> Option<Received> {
        let first = self.line()?;
        let mut words = first.split(' ');
        let (method, target, version) = (words.next()?.to_owned(), words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Received { method, target, version, headers, body: Vec::new() };
        if request.header("transfer-encoding") == Some("chunked") {
            request.body = self.chunks()?;
        } else if let Some(length) = request.header("content-length").and_then(|length| length.parse().ok()) {
            request.body = self.bytes(length)?;
        }
        Some(request)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).ok()?;
        (read > 0).then(|| String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    fn bytes(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(self.line()?.trim(), 16).ok()?;
            body.extend(self.bytes(length)?);
            self.line()?;
            if length == 0 {
                return Some(body);
            }
        }
    }
}

/// Sends the answer in one write. Whether the connection may go on.
pub(super) fn write(mut stream: &TcpStream, request: &Received, answer: Answer) -> bool {
    if matches!(answer.framing, Framing::Nothing) {
        return false;
    }
    let mut bytes = format!("{} {} Sample\r\n", request.version, answer.status).into_bytes();
    for (name, value) in &answer.headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    let has_body = request.method != "HEAD" && !matches!(answer.status, 204 | 304);
    let length = answer.body.len();
    match answer.framing {
        Framing::Chunked => bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n"),
        Framing::Short => bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", length + 10).as_bytes()),
        _ if answer.status == 204 => bytes.extend_from_slice(b"\r\n"),
        _ => bytes.extend_from_slice(format!("content-length: {length}\r\n\r\n").as_bytes()),
    }
    if has_body {
        match answer.framing {
            Framing::Chunked => {
                for chunk in answer.body.chunks(7) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
            _ => bytes.extend_from_slice(&answer.body),
        }
    }
    stream.write_all(&bytes).is_ok() && !matches!(answer.framing, Framing::Short)
}
