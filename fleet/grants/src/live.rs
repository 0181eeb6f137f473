//! Budgets live: every instance tells every other what happened, and each tells those who watch. Events are numbered and kept, so
//! a watcher who misses one, because a message was lost or the connection was, gets it from the database.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use fleet_kit::Drain;
use fleet_kit::drain::OpenSocket;
use fleet_kit::redis::{Listener, Message};

use crate::grant::BudgetId;
use crate::state::Shared;
use crate::store::Event;

/// The Redis channel.
pub const CHANNEL: &str = "grants:budget-events";
/// Keeps idle connections from being cut by proxies, and finds dead ones; also how long a lost message may go unnoticed.
const PING_INTERVAL: Duration = Duration::from_secs(15);
/// A client that takes nothing for so long is given up.
const SEND_MOST: Duration = Duration::from_secs(10);

/// Tells every instance. The event is in the database already: if Redis does not take it, watchers get it at their next look.
pub async fn publish(state: &Shared, event: &Event) {
    metrics::counter!("budget_events_total", "kind" => event.kind.clone()).increment(1);
    let text = match serde_json::to_string(event) {
        Ok(text) => text,
        Err(error) => return tracing::error!(%error, "an event cannot be written"),
    };
    if let Err(error) = state.redis.publish(CHANNEL, &text).await {
        tracing::warn!(%error, "an event could not be told to other instances; watchers get it at their next look");
    }
}

/// One watcher.
struct Watch {
    state: Shared,
    budget: BudgetId,
    /// The newest event that the watcher has.
    seen: i64,
    socket: WebSocket,
}

/// The watcher is gone, or must go.
struct Gone;

/// Serves one watcher until they leave or the service drains; `seen` is the newest event they know.
pub async fn watch(state: Shared, budget: BudgetId, seen: i64, socket: WebSocket, drain: Drain) {
    // Counted before the first wait: a drain that begins now waits for it.
    let open: OpenSocket = drain.socket();
    let events = state.events.clone();
    let mut watch = Watch { state, budget, seen, socket };
    let _gone = watch.serve(events, &drain).await;
    drop(open);
}

impl Watch {
    async fn serve(&mut self, mut events: Listener, drain: &Drain) -> Result<(), Gone> {
        self.catch_up().await?;
        let mut pings = tokio::time::interval(PING_INTERVAL);
        pings.tick().await;
        loop {
            tokio::select! {
                () = drain.sockets_end() => return self.say_goodbye().await,
                _ = pings.tick() => {
                    self.catch_up().await?;
                    self.send(Frame::Ping(axum::body::Bytes::new())).await?;
                }
                message = events.next() => match message {
                    Message::Text(text) => self.hear(&text).await?,
                    Message::Gap => self.catch_up().await?,
                },
                frame = self.socket.recv() => match frame {
                    None | Some(Err(_) | Ok(Frame::Close(_))) => return Err(Gone),
                    // Watchers have nothing to say.
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), Gone> {
        let Ok(event) = serde_json::from_str::<Event>(text) else { return Ok(()) };
        if event.budget_id != self.budget || event.sequence <= self.seen {
            return Ok(());
        }
        if event.sequence > self.seen + 1 {
            return self.catch_up().await;
        }
        self.pass_on(&event).await
    }

    /// Sends what the database has and the watcher does not.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        match self.state.store.events_after(self.budget, self.seen).await {
            Ok(events) => {
                for event in events {
                    self.pass_on(&event).await?;
                }
            }
            // The next look may find it.
            Err(error) => tracing::warn!(%error, "a watcher's missed events cannot be read"),
        }
        Ok(())
    }

    async fn pass_on(&mut self, event: &Event) -> Result<(), Gone> {
        let text = serde_json::to_string(event).map_err(|_| Gone)?;
        self.send(Frame::Text(text.into())).await?;
        self.seen = event.sequence;
        Ok(())
    }

    async fn say_goodbye(&mut self) -> Result<(), Gone> {
        let frame = CloseFrame { code: 1001, reason: "the service is being replaced; connect anew".into() };
        self.send(Frame::Close(Some(frame))).await?;
        // Until the client has said goodbye, too, the connection carries its last words.
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = tokio::time::timeout(Duration::from_secs(2), rest).await;
        Ok(())
    }

    async fn send(&mut self, frame: Frame) -> Result<(), Gone> {
        match tokio::time::timeout(SEND_MOST, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}
