//! A container's log. Docker has no places in it, but an instant for each line: the place is the first nanosecond after the last line.

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::LogsOptions;
use callsheet_base::Timestamp;
use callsheet_rollout::LogPart;
use futures_util::{StreamExt, TryStreamExt};

/// From a place on, or at most `limit` bytes from the end.
pub(crate) async fn since(docker: &Docker, id: &str, place: Option<u64>, limit: usize) -> Result<LogPart, Error> {
    let options = LogsOptions {
        stdout: true,
        stderr: true,
        timestamps: true,
        since: (place.unwrap_or_default() / 1_000_000_000) as i32,
        // Each line has a byte at least, so as many lines hold as many bytes.
        tail: if place.is_some() { "all".to_owned() } else { limit.to_string() },
        ..LogsOptions::default()
    };
    let mut part = LogPart { bytes: Vec::new(), place: place.unwrap_or_default() };
    let mut messages = docker.logs(id, Some(options)).boxed();
    while let Some(message) = messages.try_next().await? {
        let (LogOutput::StdOut { message } | LogOutput::StdErr { message } | LogOutput::Console { message }) = message
        else {
            continue;
        };
        let (at, text) = split(&message);
        // Docker's own beginning is a whole second.
        if at < place.unwrap_or_default() {
            continue;
        }
        if place.is_some() && part.bytes.len() >= limit {
            break;
        }
        part.place = part.place.max(at + 1);
        part.bytes.extend_from_slice(text);
        if place.is_none() && part.bytes.len() > limit.saturating_mul(2).max(1 << 20) {
            part.bytes.drain(..part.bytes.len() - limit);
        }
    }
    if place.is_none() {
        part.bytes.drain(..part.bytes.len().saturating_sub(limit));
    }
    Ok(part)
}

/// A line's instant in nanoseconds, and the line.
fn split(message: &[u8]) -> (u64, &[u8]) {
    let blank = message.iter().position(|byte| *byte == b' ').unwrap_or(0);
    let instant: Option<Timestamp> = std::str::from_utf8(&message[..blank]).ok().and_then(|text| text.parse().ok());
    match instant {
        Some(instant) => (instant.as_nanosecond().max(0) as u64, &message[blank + 1..]),
        None => (0, message),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn instants_are_taken_off() {
        assert_eq!(split(b"1970-01-01T00:00:01.000000002Z a b\n"), (1_000_000_002, &b"a b\n"[..]));
        assert_eq!(split(b"no instant"), (0, &b"no instant"[..]));
    }
}
