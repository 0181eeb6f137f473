//! The sockets an edge listens on. They are held here as long as they are configured, whoever accepts on them, and are what the next edge
//! process is given.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use hyper::header::HeaderValue;
use tokio::sync::oneshot;

use crate::config::{EdgeConfig, Listener};
use crate::control::ListenerSeen;
use crate::data::{Door, Order, WorkerHandle};
use crate::tls::{Acceptor, TlsError};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    open: Vec<Open>,
    admin: Option<(SocketAddr, TcpListener)>,
}

#[derive(Debug)]
struct Open {
    config: Listener,
    socket: TcpListener,
    door: Arc<Door>,
}

/// A socket and the address it was configured with.
pub(crate) type Socket<'l> = (SocketAddr, &'l TcpListener);

/// Why a listener cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    #[error("cannot listen on {address}")]
    Bind {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("cannot speak TLS on {address}")]
    Tls {
        address: SocketAddr,
        #[source]
        source: TlsError,
    },
    #[error("cannot accept on {address}")]
    Accept {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
}

/// What a configuration needs that is not there yet: made before anything is changed, so that nothing is if it cannot be made.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    open: Vec<Open>,
    admin: Option<(SocketAddr, TcpListener)>,
}

/// Sockets that the process before this one listened on.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    pub(crate) listeners: Vec<(SocketAddr, TcpListener)>,
    pub(crate) admin: Option<(SocketAddr, TcpListener)>,
}

fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let bound = TcpListener::bind(address).and_then(|socket| {
        // Sets SO_REUSEADDR, so an edge that was killed can be started again at once; listening again sets the length of the queue.
        rustix::net::listen(&socket, BACKLOG)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    });
    bound.map_err(|source| ListenError::Bind { address, source })
}

fn door(listener: &Listener) -> Result<Arc<Door>, ListenError> {
    let failed = |source| ListenError::Tls { address: listener.address, source };
    let tls = listener.tls.as_ref().map(Acceptor::new).transpose().map_err(failed)?;
    let hsts = listener.tls.as_ref().and_then(|tls| tls.hsts).map(|hsts| {
        let value = format!("max-age={}; includeSubDomains", hsts.as_millis() / 1000);
        HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("max-age=0"))
    });
    Ok(Arc::new(Door { address: listener.address, tls, trust_forwarded: listener.trust_forwarded, hsts }))
}

impl Listeners {
    /// Makes what `config` needs: sockets that are not there, certificates of new or changed listeners.
    pub(crate) fn prepare(&self, config: &EdgeConfig, inherited: &mut Inherited) -> Result<Prepared, ListenError> {
        let mut prepared = Prepared::default();
        for listener in &config.listeners {
            let known = self.open.iter().find(|open| open.config.address == listener.address);
            let (socket, same) = match known {
                Some(open) => {
                    let failed = |source| ListenError::Bind { address: listener.address, source };
                    (open.socket.try_clone().map_err(failed)?, open.config == *listener)
                }
                None => match inherited.listeners.iter().position(|(address, _)| *address == listener.address) {
                    Some(index) => (inherited.listeners.swap_remove(index).1, false),
                    None => (bind(listener.address)?, false),
                },
            };
            let door = match known {
                Some(open) if same => open.door.clone(),
                _ => door(listener)?,
            };
            prepared.open.push(Open { config: listener.clone(), socket, door });
        }
        prepared.admin = match (config.admin, &self.admin, inherited.admin.take()) {
            (Some(wanted), Some((known, socket)), _) if wanted == *known => {
                let failed = |source| ListenError::Bind { address: wanted, source };
                Some((wanted, socket.try_clone().map_err(failed)?))
            }
            (Some(wanted), _, Some((known, socket))) if wanted == known => Some((wanted, socket)),
            (Some(wanted), _, _) => Some((wanted, bind(wanted)?)),
            (None, _, _) => None,
        };
        Ok(prepared)
    }

    /// Accepts on what was prepared, and no more on what is not configured.
    pub(crate) fn change_to(&mut self, prepared: Prepared, workers: &[WorkerHandle]) -> Result<(), ListenError> {
        let before = std::mem::take(&mut self.open);
        for open in &prepared.open {
            let unchanged =
                before.iter().any(|known| known.config == open.config && Arc::ptr_eq(&known.door, &open.door));
            if !unchanged {
                let key = open.config.address;
                close(key, workers).map_err(|source| ListenError::Accept { address: key, source })?;
                open.accept(workers).map_err(|source| ListenError::Accept { address: key, source })?;
            }
        }
        for gone in &before {
            let key = gone.config.address;
            if !prepared.open.iter().any(|open| open.config.address == key) {
                close(key, workers).map_err(|source| ListenError::Accept { address: key, source })?;
            }
        }
        self.open = prepared.open;
        self.change_admin(prepared.admin, workers)
    }

    fn change_admin(
        &mut self,
        admin: Option<(SocketAddr, TcpListener)>,
        workers: &[WorkerHandle],
    ) -> Result<(), ListenError> {
        let known = self.admin.as_ref().map(|(address, _)| *address);
        let wanted = admin.as_ref().map(|(address, _)| *address);
        if known == wanted {
            return Ok(());
        }
        let failed = |source| ListenError::Accept { address: wanted.or(known).unwrap_or(SOME), source };
        if known.is_some() {
            ask(&workers[0], |done| Order::CloseAdmin { done }).map_err(failed)?;
        }
        if let Some((_, socket)) = &admin {
            let listener = socket.try_clone().map_err(failed)?;
            ask(&workers[0], |done| Order::OpenAdmin { listener, done }).and_then(|opened| opened).map_err(failed)?;
        }
        self.admin = admin;
        Ok(())
    }

    /// Accepts nowhere any more, and lets go of every socket.
    pub(crate) fn close_all(&mut self, workers: &[WorkerHandle]) -> Result<(), ListenError> {
        self.change_to(Prepared::default(), workers)
    }

    /// Reads certificates again that have changed; what went wrong, in words.
    pub(crate) fn reload_certificates(&self) -> Vec<String> {
        let acceptors = self.open.iter().filter_map(|open| open.door.tls.as_ref());
        acceptors
            .filter_map(|acceptor| acceptor.reload().err())
            .map(|error| match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}; the one before is used on"),
                None => format!("{error}; the one before is used on"),
            })
            .collect()
    }

    /// The sockets by their configured addresses, then the admin's.
    pub(crate) fn sockets(&self) -> (Vec<Socket<'_>>, Option<Socket<'_>>) {
        let open = self.open.iter().map(|open| (open.config.address, &open.socket)).collect();
        (open, self.admin.as_ref().map(|(address, socket)| (*address, socket)))
    }

    /// For the status.
    pub(crate) fn seen(&self) -> (Vec<ListenerSeen>, Option<SocketAddr>) {
        let open = self.open.iter().map(|open| ListenerSeen {
            configured: open.config.address,
            address: open.socket.local_addr().unwrap_or(open.config.address),
            tls: open.config.tls.is_some(),
        });
        let admin = self.admin.as_ref().map(|(address, socket)| socket.local_addr().unwrap_or(*address));
        (open.collect(), admin)
    }
}

/// Stands for an address where there is none to name.
const SOME: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

impl Open {
    fn accept(&self, workers: &[WorkerHandle]) -> io::Result<()> {
        for worker in workers {
            let (key, door) = (self.config.address, self.door.clone());
            let listener = self.socket.try_clone()?;
            ask(worker, |done| Order::Open { key, listener, door, done })??;
        }
        Ok(())
    }
}

fn close(key: SocketAddr, workers: &[WorkerHandle]) -> io::Result<()> {
    workers.iter().try_for_each(|worker| ask(worker, |done| Order::Close { key, done }))
}

/// Gives an order and waits until it is done.
fn ask<T>(worker: &WorkerHandle, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> io::Result<T> {
    let (done, wait) = oneshot::channel();
    worker.tell(order(done))?;
    wait.blocking_recv().map_err(|_| io::Error::other("a thread that carries requests has ended"))
}
