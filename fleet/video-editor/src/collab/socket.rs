//! One browser's WebSocket.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use fleet_kit::Drain;
use tokio::sync::broadcast::error::RecvError;
use yrs::ClientID;

use super::room::{Heard, Misheard, Room};
use super::rooms::Rooms;
use crate::state::WriteLock;

/// Keeps idle connections from being cut by proxies, and finds dead ones.
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// A browser that takes nothing for so long is given up.
const SEND_MOST: Duration = Duration::from_secs(10);
/// Close codes: going away, unreadable, too large, try later.
const AWAY: u16 = 1001;
const UNREADABLE: u16 = 1007;
const TOO_LARGE: u16 = 1009;
const LATER: u16 = 1013;

/// The browser is gone, or must go.
enum Gone {
    Left,
    Failed,
    Told(u16, &'static str),
}

struct Session {
    rooms: Rooms,
    room: Arc<Room>,
    lock: WriteLock,
    socket: WebSocket,
    number: u64,
    browsers: Vec<ClientID>,
    /// What the browser brought was not taken while changes were locked.
    owed: bool,
}

/// Serves one browser until it leaves or the service drains.
pub async fn serve(rooms: Rooms, room: Arc<Room>, lock: WriteLock, socket: WebSocket, drain: Drain) {
    // Counted before the first wait: a drain that begins now waits for it.
    let open = drain.socket();
    let number = room.next_socket();
    let mut session = Session { rooms, room, lock, socket, number, browsers: Vec::new(), owed: false };
    let end = session.serve(&drain).await;
    if let Some(gone) = session.room.leave(&session.browsers) {
        session.rooms.pass_on_presence(&session.room, &gone).await;
    }
    let reason = match &end {
        Gone::Left => "left",
        Gone::Failed => "failed",
        Gone::Told(AWAY, _) => "drained",
        Gone::Told(..) => "refused",
    };
    metrics::counter!("websocket_sessions_ended_total", "reason" => reason).increment(1);
    if let Gone::Told(code, why) = end {
        session.say_goodbye(code, why).await;
    }
    drop(open);
}

impl Session {
    async fn serve(&mut self, drain: &Drain) -> Gone {
        match self.talk(drain).await {
            Ok(never) => match never {},
            Err(gone) => gone,
        }
    }

    async fn talk(&mut self, drain: &Drain) -> Result<std::convert::Infallible, Gone> {
        let mut told = self.room.browsers.subscribe();
        for message in self.room.greeting() {
            self.send(message).await?;
        }
        let mut pings = tokio::time::interval(PING_INTERVAL);
        pings.tick().await;
        let mut has_answered = true;
        loop {
            tokio::select! {
                () = drain.sockets_end() => return Err(Gone::Told(AWAY, "the service is being replaced; connect anew")),
                _ = pings.tick() => {
                    if !has_answered {
                        return Err(Gone::Failed);
                    }
                    has_answered = false;
                    if self.owed && !self.lock.is_locked() {
                        return Err(Gone::Told(LATER, "changes are possible again; connect anew"));
                    }
                    self.send_frame(Frame::Ping(Bytes::new())).await?;
                }
                message = told.recv() => match message {
                    Ok(message) if message.by == self.number => {}
                    Ok(message) => self.send(message.message).await?,
                    Err(RecvError::Lagged(_)) => self.send(self.room.everything()).await?,
                    Err(RecvError::Closed) => return Err(Gone::Failed),
                },
                frame = self.socket.recv() => {
                    has_answered = true;
                    match frame {
                        None | Some(Ok(Frame::Close(_))) => return Err(Gone::Left),
                        Some(Err(error)) => {
                            tracing::debug!(%error, "a WebSocket broke off");
                            metrics::counter!("websocket_errors_total").increment(1);
                            return Err(Gone::Failed);
                        }
                        Some(Ok(Frame::Binary(bytes))) => self.hear(&bytes).await?,
                        Some(Ok(Frame::Text(_))) => return Err(self.misheard(Misheard::Unreadable)),
                        Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                    }
                }
            }
        }
    }

    async fn hear(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        metrics::counter!("websocket_messages_total").increment(1);
        if self.lock.is_locked() {
            match bytes {
                // An edit. Whoever only looks may stay.
                [0, 2, ..] => {
                    let why = "changes are locked while something is repaired; your browser keeps yours";
                    return Err(Gone::Told(LATER, why));
                }
                // What the browser has and we may lack.
                [0, 1, ..] => {
                    self.owed = true;
                    return Ok(());
                }
                _ => {}
            }
        }
        let heard = self.room.hear(self.number, bytes, &mut self.browsers);
        let Heard { reply, update, presence } = heard.map_err(|why| self.misheard(why))?;
        if let Some(update) = update {
            metrics::counter!("collaboration_updates_total").increment(1);
            self.rooms.pass_on(&self.room, &update).await;
        }
        if let Some(news) = presence {
            self.rooms.pass_on_presence(&self.room, &news).await;
        }
        match reply {
            Some(reply) => self.send(reply).await,
            None => Ok(()),
        }
    }

    fn misheard(&self, why: Misheard) -> Gone {
        metrics::counter!("websocket_errors_total").increment(1);
        tracing::warn!(project = %self.room.id, error = %why, "a browser's message was refused");
        match why {
            Misheard::Unreadable => Gone::Told(UNREADABLE, "the message is no message of the sync protocol"),
            Misheard::TooLarge => Gone::Told(TOO_LARGE, "the document has grown too large"),
        }
    }

    async fn send(&mut self, message: Bytes) -> Result<(), Gone> {
        self.send_frame(Frame::Binary(message)).await
    }

    async fn send_frame(&mut self, frame: Frame) -> Result<(), Gone> {
        match tokio::time::timeout(SEND_MOST, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => {
                metrics::counter!("websocket_errors_total").increment(1);
                Err(Gone::Failed)
            }
        }
    }

    async fn say_goodbye(&mut self, code: u16, reason: &'static str) {
        if self.send_frame(Frame::Close(Some(CloseFrame { code, reason: reason.into() }))).await.is_err() {
            return;
        }
        // Until the browser has said goodbye, too, the connection carries its last words: they are taken.
        let rest = async {
            while let Some(Ok(frame)) = self.socket.recv().await {
                if let Frame::Binary(bytes) = frame
                    && code == AWAY
                    && !self.lock.is_locked()
                    && let Ok(Heard { update: Some(update), .. }) =
                        self.room.hear(self.number, &bytes, &mut self.browsers)
                {
                    self.rooms.pass_on(&self.room, &update).await;
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(2), rest).await;
    }
}
