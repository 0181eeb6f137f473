//! The control plane's side of the control socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_rollout::{Routing, TrafficControl, TrafficError, TrafficSeen};

use super::protocol::{Answer, Ask, EdgeStatus};
use crate::EdgeConfig;

/// An edge answers within this time or counts as not answering. Applying writes a small file, which a busy disk can delay.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer, bytes.
const LONGEST_ANSWER: u64 = 64 << 20;

/// Talks to the edge of one control socket. Each call blocks for three seconds at most.
#[derive(Debug)]
pub struct EdgeClient {
    socket: PathBuf,
    /// Kept between calls; made anew when it broke.
    open: Option<BufReader<UnixStream>>,
}

/// Why an edge could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// It does not answer; what it was told last still holds.
    #[error("the edge does not answer at {}", socket.display())]
    Unreachable {
        /// Its socket.
        socket: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// It refuses, and everything is as before.
    #[error("the edge refuses: {0}")]
    Refused(String),
}

// === impl EdgeClient ===

impl EdgeClient {
    /// Of a socket; connects when it is first needed.
    pub fn new(socket: &Path) -> EdgeClient {
        EdgeClient { socket: socket.to_owned(), open: None }
    }

    /// How the edge is.
    pub fn status(&mut self) -> Result<EdgeStatus, EdgeError> {
        match self.ask(&Ask::Status)? {
            Answer::Status(status) => Ok(*status),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Gives the edge a configuration. When it returns, every listener of it is bound and every other one closed.
    pub fn configure(&mut self, config: &EdgeConfig) -> Result<(), EdgeError> {
        self.done(&Ask::Configure(Box::new(config.clone())))
    }

    /// Its metrics as Prometheus reads them.
    pub fn metrics(&mut self) -> Result<String, EdgeError> {
        match self.ask(&Ask::Metrics)? {
            Answer::Metrics(text) => Ok(text),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Ends the edge in good order: it listens no more, and its connections have the drain window's time to end.
    pub fn stop(&mut self) -> Result<(), EdgeError> {
        self.done(&Ask::Stop)
    }

    fn done(&mut self, ask: &Ask) -> Result<(), EdgeError> {
        match self.ask(ask)? {
            Answer::Done => Ok(()),
            other => Err(self.unexpected(&other)),
        }
    }

    fn ask(&mut self, ask: &Ask) -> Result<Answer, EdgeError> {
        let kept = self.open.take();
        let was_kept = kept.is_some();
        let answer = match self.converse(kept, ask) {
            // The edge may have been replaced since; every ask says how things should be, so asking twice does no harm.
            Err(error) if was_kept && error.kind() != std::io::ErrorKind::WouldBlock => self.converse(None, ask),
            answered => answered,
        };
        match answer {
            Ok(Answer::Refused(why)) => Err(EdgeError::Refused(why)),
            Ok(answer) => Ok(answer),
            Err(source) => Err(EdgeError::Unreachable { socket: self.socket.clone(), source }),
        }
    }

    fn converse(&mut self, kept: Option<BufReader<UnixStream>>, ask: &Ask) -> std::io::Result<Answer> {
        let mut stream = match kept {
            Some(stream) => stream,
            None => {
                let stream = UnixStream::connect(&self.socket)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                BufReader::new(stream)
            }
        };
        let mut line = serde_json::to_vec(ask)?;
        line.push(b'\n');
        stream.get_mut().write_all(&line)?;
        let mut answer = String::new();
        let read = std::io::Read::take(&mut stream, LONGEST_ANSWER).read_line(&mut answer)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let answer = serde_json::from_str(&answer)?;
        self.open = Some(stream);
        Ok(answer)
    }

    fn unexpected(&self, answer: &Answer) -> EdgeError {
        let source = std::io::Error::other(format!("it answered something else: {answer:?}"));
        EdgeError::Unreachable { socket: self.socket.clone(), source }
    }
}

impl TrafficControl for EdgeClient {
    fn apply(&mut self, routing: &Routing) -> Result<(), TrafficError> {
        Ok(self.done(&Ask::Apply(Box::new(routing.clone())))?)
    }

    fn observe(&mut self, service: &str, after: u64) -> Result<TrafficSeen, TrafficError> {
        match self.ask(&Ask::Observe { service: service.to_owned(), after })? {
            Answer::Seen(seen) => Ok(*seen),
            other => Err(self.unexpected(&other).into()),
        }
    }
}

// === impl EdgeError ===

impl From<EdgeError> for TrafficError {
    fn from(error: EdgeError) -> TrafficError {
        match error {
            EdgeError::Refused(why) => TrafficError::Refused(why),
            EdgeError::Unreachable { socket, source } => {
                TrafficError::Unreachable { place: socket.display().to_string(), source: source.into() }
            }
        }
    }
}
