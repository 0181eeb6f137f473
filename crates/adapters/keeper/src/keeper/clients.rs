//! Connected clients: what they ask, what they are told, none of it waiting for them.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::rc::Rc;

use zeroize::Zeroizing;

use crate::claim::Claim;
use crate::frame;
use crate::protocol::{Message, Request};

/// Live output is skipped for a client with more than this unread; everything else is queued.
const MOST_UNREAD: usize = 4 << 20;

/// One client.
pub(super) struct Client {
    pub(super) stream: UnixStream,
    inbox: Zeroizing<Vec<u8>>,
    outbox: VecDeque<Rc<Zeroizing<Vec<u8>>>>,
    /// Bytes of the outbox's first frame already written.
    written: usize,
    unread: usize,
    /// Terminals it is attached to.
    pub(super) attached: Vec<Claim>,
    gone: bool,
}

/// All clients, by number.
#[derive(Default)]
pub(super) struct Clients {
    pub(super) all: Vec<(u64, Client)>,
    next: u64,
}

impl Clients {
    /// Takes in those who wait at the door; only the same user and root are let in.
    pub(super) fn accept(&mut self, listener: &UnixListener, hello: impl Fn() -> Message) {
        while let Ok((stream, _)) = listener.accept() {
            let me = rustix::process::geteuid();
            let friend =
                rustix::net::sockopt::socket_peercred(&stream).is_ok_and(|peer| peer.uid == me || peer.uid.is_root());
            if !friend || stream.set_nonblocking(true).is_err() {
                continue;
            }
            let client = Client {
                stream,
                inbox: Zeroizing::default(),
                outbox: VecDeque::new(),
                written: 0,
                unread: 0,
                attached: Vec::new(),
                gone: false,
            };
            self.next += 1;
            self.all.push((self.next, client));
            self.tell(self.next, &hello());
        }
    }

    /// Requests that a readable client has sent in full.
    pub(super) fn read(&mut self, id: u64) -> Vec<Request> {
        let Some(client) = self.get(id) else { return Vec::new() };
        client.fill_inbox();
        let mut requests = Vec::new();
        loop {
            match frame::take(&mut client.inbox) {
                Ok(Some(request)) => requests.push(request),
                Ok(None) => return requests,
                // It speaks another language; there is nothing to answer it in.
                Err(_) => {
                    client.gone = true;
                    return requests;
                }
            }
        }
    }

    /// Tells one client.
    pub(super) fn tell(&mut self, id: u64, message: &Message) {
        let Some(client) = self.get(id) else { return };
        match frame::encode(message) {
            Ok(frame) => client.queue(Rc::new(frame)),
            Err(_) => client.gone = true,
        }
    }

    /// Tells all clients; live output only those who read it.
    pub(super) fn tell_all(&mut self, message: &Message) {
        if self.all.is_empty() {
            return;
        }
        let Ok(frame) = frame::encode(message) else { return };
        let frame = Rc::new(frame);
        let is_live = matches!(message, Message::Output { .. });
        for (_, client) in &mut self.all {
            if !is_live || client.unread < MOST_UNREAD {
                client.queue(Rc::clone(&frame));
            }
        }
    }

    /// Goes on writing to a client.
    pub(super) fn write(&mut self, id: u64) {
        if let Some(client) = self.get(id) {
            client.flush();
        }
    }

    /// Forgets those who left.
    pub(super) fn drop_gone(&mut self) {
        self.all.retain(|(_, client)| !client.gone);
    }

    /// Before the keeper goes: everything queued is written, waiting a little for slow readers.
    pub(super) fn flush_all(&mut self, patience: std::time::Duration) {
        for (_, client) in &mut self.all {
            let patient =
                client.stream.set_nonblocking(false).and_then(|()| client.stream.set_write_timeout(Some(patience)));
            if patient.is_ok() {
                client.flush();
            }
        }
    }

    pub(super) fn get(&mut self, id: u64) -> Option<&mut Client> {
        self.all.iter_mut().find(|(other, _)| *other == id).map(|(_, client)| client)
    }
}

impl Client {
    /// True if something waits to be written.
    pub(super) fn has_unread(&self) -> bool {
        !self.outbox.is_empty()
    }

    fn fill_inbox(&mut self) {
        let mut piece = Zeroizing::new([0; 16 << 10]);
        loop {
            match self.stream.read(&mut *piece) {
                Ok(0) => self.gone = true,
                Ok(length) => {
                    self.inbox.extend_from_slice(&piece[..length]);
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => self.gone = true,
            }
            return;
        }
    }

    fn queue(&mut self, frame: Rc<Zeroizing<Vec<u8>>>) {
        self.unread += frame.len();
        self.outbox.push_back(frame);
        self.flush();
    }

    fn flush(&mut self) {
        while let Some(frame) = self.outbox.front() {
            match self.stream.write(&frame[self.written..]) {
                Ok(length) => {
                    self.written += length;
                    self.unread -= length;
                    if self.written == frame.len() {
                        self.outbox.pop_front();
                        self.written = 0;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.gone = true;
                    return;
                }
            }
        }
    }
}
