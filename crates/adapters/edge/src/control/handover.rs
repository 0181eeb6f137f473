//! The edge's own upgrade: the next process is given every listening socket, so that none is ever bound again and no connection that waits
//! in a queue is lost.
//!
//! Old and new share the queues from the moment the new one accepts. The old one then accepts no more, answers every next request of its
//! connections with `Connection: close`, and ends HTTP/2 by a two-phase GOAWAY; it closes no idle connection before the window is over, so
//! that no client meets a closed connection as it sends. Meanwhile it still sends requests to instances, by the routing that the new one
//! passes on to it. If the new process ends before it serves, the old one goes on as if nothing had been asked.

use std::io::BufReader;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::conversation::{next, say};
use super::plane::{Control, Ending, Phase};
use super::predecessor::Predecessor;
use super::{Answer, Ask, descriptors};
use crate::listeners::Inherited;

/// The next process serves within this time of being given the sockets, or the old one goes on.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a new process is given.
#[derive(Debug)]
pub(crate) struct TakenOver {
    pub(crate) inherited: Inherited,
    pub(crate) socket: UnixListener,
    pub(crate) predecessor: Predecessor,
}

/// Why there was no hand-over. The process that serves goes on.
#[derive(Debug, thiserror::Error)]
pub enum TakeOverError {
    /// Its socket broke.
    #[error("the edge that serves does not hand over")]
    Broken(#[source] std::io::Error),
    /// It said no.
    #[error("the edge that serves refuses to hand over: {0}")]
    Refused(String),
    /// What came is not what was announced.
    #[error("the edge that serves handed over {got} sockets where it announced {announced}")]
    Incomplete {
        /// Sockets that came.
        got: usize,
        /// Sockets it spoke of.
        announced: usize,
    },
}

impl Control {
    /// Gives the asker every socket; if it serves, we end.
    pub(super) fn hand_over(self: &Arc<Self>, mut reader: BufReader<UnixStream>) -> std::io::Result<()> {
        if !self.pass(Phase::Serving, Phase::HandingOver) {
            return Ok(());
        }
        let served = self.give_sockets(reader.get_ref()).and_then(|()| {
            reader.get_ref().set_read_timeout(Some(PATIENCE))?;
            next(&mut reader)
        });
        if !matches!(served, Ok(Some(Ok(Ask::Serving)))) {
            self.pass(Phase::HandingOver, Phase::Serving);
            eprintln!("the hand-over came to nothing; this process goes on");
            return served.map(|_| ());
        }
        self.pass(Phase::HandingOver, Phase::HandedOver);
        // The new process accepts on the same queues, so closing our descriptors loses none that waits there.
        if let Err(error) = self.kept().listeners.close_all(&self.workers) {
            eprintln!("{error}");
        }
        self.leave_socket();
        self.end(Ending::HandedOver);
        say(reader.get_mut(), &Answer::Done)?;
        reader.get_ref().set_read_timeout(None)?;
        let followed = self.follow_successor(&mut reader);
        self.orphan();
        followed
    }

    /// Does as the new process says, until it says nothing more.
    fn follow_successor(&self, reader: &mut BufReader<UnixStream>) -> std::io::Result<()> {
        while let Some(Ok(ask)) = next(reader)? {
            let answer = self.answer(ask);
            say(reader.get_mut(), &answer)?;
        }
        Ok(())
    }

    fn give_sockets(&self, stream: &UnixStream) -> std::io::Result<()> {
        // Whatever is being applied is applied and saved before the new process reads what is saved.
        let kept = self.kept();
        let (listeners, admin) = kept.listeners.sockets();
        let answer = Answer::HandedOver {
            listeners: listeners.iter().map(|(address, _)| *address).collect(),
            admin: admin.map(|(address, _)| address),
        };
        let mut line = serde_json::to_vec(&answer)?;
        line.push(b'\n');
        let sockets = listeners.iter().map(|(_, socket)| socket.as_fd());
        let sockets = sockets.chain(admin.iter().map(|(_, socket)| socket.as_fd()));
        let own = self.socket().ok_or(std::io::ErrorKind::NotConnected)?;
        let sockets: Vec<_> = sockets.chain([own.as_fd()]).collect();
        descriptors::send(stream, &line, &sockets)
    }
}

/// Takes over from the edge of a control socket. It ends when it is told that we serve: [`Predecessor::we_serve`].
pub(crate) fn take_over(socket: &Path) -> Result<TakenOver, TakeOverError> {
    let stream = UnixStream::connect(socket).map_err(TakeOverError::Broken)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(TakeOverError::Broken)?;
    let peer = rustix::net::sockopt::socket_peercred(&stream).map_err(|error| TakeOverError::Broken(error.into()))?;
    let mut predecessor = Predecessor::new(stream, peer.pid.as_raw_nonzero().get().unsigned_abs());
    predecessor.ask(&Ask::HandOver).map_err(TakeOverError::Broken)?;
    let (line, sockets) = descriptors::receive(predecessor.stream()).map_err(TakeOverError::Broken)?;
    match serde_json::from_slice(&line) {
        Ok(Answer::HandedOver { listeners, admin }) => sort(sockets, &listeners, admin, predecessor),
        Ok(Answer::Refused(why)) => Err(TakeOverError::Refused(why)),
        Ok(other) => Err(TakeOverError::Refused(format!("it answered something else: {other:?}"))),
        Err(error) => Err(TakeOverError::Broken(error.into())),
    }
}

fn sort(
    sockets: Vec<OwnedFd>,
    listeners: &[SocketAddr],
    admin: Option<SocketAddr>,
    predecessor: Predecessor,
) -> Result<TakenOver, TakeOverError> {
    let announced = listeners.len() + usize::from(admin.is_some()) + 1;
    let incomplete = TakeOverError::Incomplete { got: sockets.len(), announced };
    if sockets.len() != announced {
        return Err(incomplete);
    }
    let mut sockets = sockets.into_iter();
    let inherited = Inherited {
        listeners: listeners.iter().copied().zip(sockets.by_ref().map(TcpListener::from)).collect(),
        admin: admin.and_then(|address| Some((address, TcpListener::from(sockets.next()?)))),
    };
    let Some(socket) = sockets.next().map(UnixListener::from) else { return Err(incomplete) };
    Ok(TakenOver { inherited, socket, predecessor })
}
