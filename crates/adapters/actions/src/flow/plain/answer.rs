//! A response's head, and how its body is delimited (RFC 9112, section 6).

use callsheet_flow::{HttpVersion, header_text};
use httparse::{EMPTY_HEADER, Response, Status};

/// Most header fields of one response.
const MOST_HEADERS: usize = 128;
/// Most bytes of a head, or of the line that begins a chunk.
pub(super) const LARGEST_HEAD: usize = 400 << 10;

/// Status line and headers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub version: HttpVersion,
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// After this many bytes.
    Length(usize),
    /// After the chunk of no bytes.
    Chunked,
    /// With the connection.
    Close,
}

/// The head at the beginning of `bytes` and how long it is; `None`: more must come. The error is a sentence.
pub(super) fn head(bytes: &[u8]) -> Result<Option<(Head, usize)>, String> {
    let mut fields = [EMPTY_HEADER; MOST_HEADERS];
    let mut response = Response::new(&mut fields);
    let length = match response.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if bytes.len() > LARGEST_HEAD => {
            return Err(format!("the response's head is larger than {LARGEST_HEAD} bytes"));
        }
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(format!("the response has more than {MOST_HEADERS} headers"));
        }
        Err(error) => return Err(format!("the response is no HTTP/1: {error}")),
    };
    let version = if response.version == Some(0) { HttpVersion::Http10 } else { HttpVersion::Http11 };
    let headers = response
        .headers
        .iter()
        .map(|field| (field.name.to_ascii_lowercase(), header_text(field.value.trim_ascii()).into_owned()));
    let head = Head { version, status: response.code.unwrap_or_default(), headers: headers.collect() };
    Ok(Some((head, length)))
}

// === impl Head ===

impl Head {
    /// How the body of this answer is delimited; `has_body`: the request was not a HEAD. The error is a sentence.
    pub(super) fn framing(&self, has_body: bool) -> Result<Framing, String> {
        if !has_body || matches!(self.status, 101 | 204 | 304) {
            return Ok(Framing::Length(0));
        }
        if let Some(coding) = self.values("transfer-encoding").last() {
            let last = coding.rsplit(',').next().unwrap_or_default().trim();
            return Ok(if last.eq_ignore_ascii_case("chunked") { Framing::Chunked } else { Framing::Close });
        }
        let mut length = None;
        for text in self.values("content-length").flat_map(|value| value.split(',')).map(str::trim) {
            let known = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
            if known.is_none() || length.is_some_and(|length| Some(length) != known) {
                return Err(format!("the response has the unclear length `{text}`"));
            }
            length = known;
        }
        Ok(length.map_or(Framing::Close, Framing::Length))
    }

    /// Whether the server keeps the connection for another request.
    pub(super) fn keeps_open(&self) -> bool {
        let says = |word: &str| {
            self.values("connection")
                .flat_map(|value| value.split(','))
                .any(|one| one.trim().eq_ignore_ascii_case(word))
        };
        let stays = if self.version == HttpVersion::Http10 { says("keep-alive") } else { !says("close") };
        stays && self.status != 101
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Head {
        let (head, length) = head(text.as_bytes()).unwrap().expect("it is whole");
        assert_eq!(length, text.len());
        head
    }

    #[test]
    fn a_head_may_come_in_pieces() {
        let text = "HTTP/1.1 200 OK\r\nX-A: b \r\nContent-Length: 3\r\n\r\n";
        for end in 0..text.len() {
            assert_eq!(head(&text.as_bytes()[..end]).unwrap(), None, "{end}");
        }
        let whole = read(text);
        assert_eq!((whole.status, whole.headers[0].clone()), (200, ("x-a".to_owned(), "b".to_owned())));
        assert!(head(b"HTTP/2 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn bodies_end_where_the_head_says() {
        let framing = |fields: &str| read(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n")).framing(true);
        assert_eq!(framing("Content-Length: 5\r\n"), Ok(Framing::Length(5)));
        assert_eq!(framing("Content-Length: 5\r\nContent-Length: 5\r\n"), Ok(Framing::Length(5)));
        assert_eq!(framing("Content-Length: 5\r\nTransfer-Encoding: gzip, Chunked\r\n"), Ok(Framing::Chunked));
        assert_eq!(framing("Transfer-Encoding: gzip\r\n"), Ok(Framing::Close));
        assert_eq!(framing(""), Ok(Framing::Close));
        assert!(framing("Content-Length: 5\r\nContent-Length: 6\r\n").is_err());
        assert!(framing("Content-Length: +5\r\n").is_err());
        assert_eq!(read("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n").framing(true), Ok(Framing::Length(0)));
        assert_eq!(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").framing(false), Ok(Framing::Length(0)));
    }

    #[test]
    fn connections_stay_open_unless_said() {
        assert!(read("HTTP/1.1 200 OK\r\n\r\n").keeps_open());
        assert!(!read("HTTP/1.1 200 OK\r\nConnection: Keep-Alive, close\r\n\r\n").keeps_open());
        assert!(!read("HTTP/1.0 200 OK\r\n\r\n").keeps_open());
        assert!(read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n").keeps_open());
    }
}
