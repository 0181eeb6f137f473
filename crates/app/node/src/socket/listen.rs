//! The listening side: one thread accepts, one per connection asks the loop and writes its answers.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::{peer, short_path, wire};
use crate::request::{Answer, Request};
use crate::wake::Wake;

/// A socket that is listened on. Its file is removed when dropped; the threads end with the process.
#[derive(Debug)]
pub(crate) struct Listening {
    path: PathBuf,
}

impl Listening {
    /// Listens at `path`. What was there before is a dead process's: whoever calls this holds the lock that says so.
    pub(crate) fn start(path: &Path, wakes: Sender<Wake>) -> io::Result<Listening> {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let name = path.file_name().and_then(|name| name.to_str()).ok_or(io::ErrorKind::InvalidInput)?;
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(short_path(&File::open(folder)?, name))?;
        thread::Builder::new().name("socket".to_owned()).spawn(move || accept(&listener, &wakes))?;
        Ok(Listening { path: path.to_owned() })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // If it stays, connecting to it is refused, which says the same.
        let _ = fs::remove_file(&self.path);
    }
}

fn accept(listener: &UnixListener, wakes: &Sender<Wake>) {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let wakes = wakes.clone();
                let talk = move || {
                    if let Err(error) = converse(stream, &wakes) {
                        tracing::debug!(%error, "a conversation on the socket broke");
                    }
                };
                if let Err(error) = thread::Builder::new().name("conversation".to_owned()).spawn(talk) {
                    tracing::warn!(%error, "a connection was refused");
                }
            }
            Err(error) => {
                // Out of descriptors, most likely: others may be given back.
                tracing::warn!(%error, "cannot accept a connection");
                thread::sleep(std::time::Duration::from_millis(100));
            }
        }
    }
}

fn converse(mut stream: UnixStream, wakes: &Sender<Wake>) -> io::Result<()> {
    let actor = peer::actor(&stream)?;
    while let Some(request) = wire::read::<Request>(&mut stream)? {
        let (reply, answer) = channel();
        // A conversation that has ended meanwhile needs no answer.
        let reply = Box::new(move |answer: Answer| drop(reply.send(answer)));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        wakes.send(Wake::Asked(Box::new(request), actor.clone(), reply)).map_err(|_| gone(()))?;
        // The loop ended without answering: closing tells the client.
        let answer = answer.recv().map_err(|_| gone(()))?;
        wire::write(&mut stream, &answer)?;
    }
    Ok(())
}
