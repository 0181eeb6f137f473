//! Requests as no decent client sends them: a head that lies about its body, a body that never ends, a connection that breaks off.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// A service that says nothing for so long will say nothing more.
const SILENCE_MOST: Duration = Duration::from_secs(60);

/// Sends a head (with its last empty line) and parts of a body to a port of this machine; gives the status that comes back. The service
/// may answer and close before all is sent.
///
/// # Panics
///
/// If no status comes back.
pub fn raw_request(port: u16, head: &str, parts: impl IntoIterator<Item = Vec<u8>>) -> u16 {
    let mut stream = connected(port, head);
    for part in parts {
        // What it said is read below.
        if stream.write_all(&part).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..count]);
        if count == 0 || answer.windows(4).any(|four| four == b"\r\n\r\n") {
            break;
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {text:?}"))
}

/// Sends a head and the beginning of a body, and leaves.
pub fn raw_request_that_breaks_off(port: u16, head: &str, beginning: &[u8]) {
    let mut stream = connected(port, head);
    // A service that closed first is left all the same.
    let _ = stream.write_all(beginning).and_then(|()| stream.shutdown(Shutdown::Both));
}

/// A chunk of a body without a length (`Transfer-Encoding: chunked`).
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn connected(port: u16, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the service listens");
    stream.set_read_timeout(Some(SILENCE_MOST)).expect("a socket has a time limit");
    stream.write_all(head.as_bytes()).expect("a service reads a head");
    stream
}
