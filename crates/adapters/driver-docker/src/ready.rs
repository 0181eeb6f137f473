//! Readiness checks, made when somebody looks.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use callsheet_rollout::{InstanceSpec, LONGEST_ANSWER};

/// For connecting and for the answer, each.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether it is ready; an error in words if not.
pub(crate) fn check(address: SocketAddr, spec: &InstanceSpec) -> Result<(), String> {
    match ask(address, spec) {
        Ok(verdict) => verdict,
        Err(error) => Err(match error.kind() {
            io::ErrorKind::ConnectionRefused => "nobody listens on its port".into(),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                format!("it does not answer within {} s", PATIENCE.as_secs())
            }
            _ => format!("it cannot be asked: {error}"),
        }),
    }
}

fn ask(address: SocketAddr, spec: &InstanceSpec) -> io::Result<Result<(), String>> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    let until = Instant::now() + PATIENCE;
    stream.set_write_timeout(Some(PATIENCE))?;
    let path = &spec.ready.path;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: callsheet\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let length = stream.read(&mut buffer)?;
        answer.extend_from_slice(&buffer[..length]);
        let at_end = length == 0 || answer.len() > 2 * LONGEST_ANSWER;
        if let Some(verdict) = spec.judge_answer(&answer, at_end) {
            return Ok(verdict);
        }
    }
}
