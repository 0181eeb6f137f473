//! Loopback servers of the healthy repository: a page for every known path, 404 for the rest, or a closed port.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, socket};

/// A server that answers until the process ends, or a port that nothing listens on.
#[derive(Debug)]
pub enum Server {
    /// It answers.
    Open {
        /// Its port on 127.0.0.1.
        port: u16,
        /// Paths that are gone.
        gone: Arc<Mutex<BTreeSet<String>>>,
    },
    /// The port is ours, so that nobody else takes it, but nothing listens.
    Closed {
        /// The port on 127.0.0.1.
        port: u16,
        /// Keeps it.
        _held: OwnedFd,
    },
}

impl Server {
    /// Starts one on a free port.
    pub fn open() -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let gone = Arc::new(Mutex::new(BTreeSet::new()));
        let paths = Arc::clone(&gone);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let paths = Arc::clone(&paths);
                std::thread::spawn(move || answer(&stream, &paths));
            }
        });
        Server::Open { port, gone }
    }

    /// Takes a free port and does not listen.
    pub fn closed() -> Server {
        let held = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        bind(&held, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = rustix::net::getsockname(&held).expect("a bound socket has an address");
        let address = SocketAddrV4::try_from(address).expect("an IPv4 address");
        Server::Closed { port: address.port(), _held: held }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        match self {
            Server::Open { port, .. } | Server::Closed { port, .. } => *port,
        }
    }

    /// From now on `path` is not found.
    pub fn forget(&self, path: &str) {
        if let Server::Open { gone, .. } = self {
            gone.lock().expect("no thread died with it").insert(path.to_owned());
        }
    }
}

/// One request, one answer. A caller that hangs up early is no fault.
fn answer(stream: &TcpStream, gone: &Mutex<BTreeSet<String>>) {
    let _late = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut lines = BufReader::new(stream).lines();
    let Some(Ok(request)) = lines.next() else { return };
    while let Some(Ok(line)) = lines.next() {
        if line.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let known = !gone.lock().expect("no thread died with it").contains(path);
    let status = if known { "200 OK" } else { "404 Not Found" };
    let mut writer = stream;
    let _hung_up = write!(writer, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}
