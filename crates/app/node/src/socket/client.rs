//! The asking side.

use std::fs::File;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::{SERVER, of_process, short_path, wire};
use crate::request::{Answer, Request};

/// A conversation with a deciding process.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    path: PathBuf,
}

/// Why a conversation failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The socket cannot be used.
    #[error("cannot talk to the process at {path}")]
    Socket {
        /// Its socket.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It ended before it answered. Whether it did what was asked stands in the journal.
    #[error("the process at {path} ended before it answered")]
    Gone {
        /// Its socket.
        path: PathBuf,
    },
}

impl Client {
    /// To `callsheet serve` on this state folder; `None` if it does not run.
    pub fn server(state: &Path) -> Result<Option<Client>, ClientError> {
        Client::connect(state, state.join(SERVER))
    }

    /// To the deciding process `pid`; `None` if it does not listen (any more).
    pub fn process(state: &Path, pid: u32) -> Result<Option<Client>, ClientError> {
        Client::connect(state, state.join(of_process(pid)))
    }

    fn connect(state: &Path, path: PathBuf) -> Result<Option<Client>, ClientError> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let connected = File::open(path.parent().unwrap_or(state))
            .and_then(|folder| UnixStream::connect(short_path(&folder, name)));
        match connected {
            Ok(stream) => Ok(Some(Client { stream, path })),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                Ok(None)
            }
            Err(source) => Err(ClientError::Socket { path, source }),
        }
    }

    /// Asks, and waits for the answer: it comes once what was asked is durable.
    pub fn ask(&mut self, request: &Request) -> Result<Answer, ClientError> {
        let gone = || ClientError::Gone { path: self.path.clone() };
        let answer = wire::write(&mut self.stream, request).and_then(|()| wire::read(&mut self.stream));
        match answer {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(gone()),
            Err(error) if is_gone(&error) => Err(gone()),
            Err(source) => Err(ClientError::Socket { path: self.path.clone(), source }),
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::BrokenPipe | Kind::ConnectionReset | Kind::UnexpectedEof)
}
