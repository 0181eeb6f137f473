//! Whether the service is going away: told once, seen by readiness, answers, the accept loop and open WebSockets.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Shared by all who must know; starts as "serving" and goes to "draining" once. Handlers take it as `Extension<Drain>`.
#[derive(Clone, Debug)]
pub struct Drain(Arc<State>);

#[derive(Debug)]
struct State {
    draining: watch::Sender<bool>,
    /// Whether WebSockets must end now.
    sockets_end: watch::Sender<bool>,
    sockets_open: watch::Sender<usize>,
}

impl Default for Drain {
    fn default() -> Drain {
        Drain(Arc::new(State {
            draining: watch::Sender::new(false),
            sockets_end: watch::Sender::new(false),
            sockets_open: watch::Sender::new(0),
        }))
    }
}

impl Drain {
    /// From now on readiness answers 503 and every answer closes its connection.
    pub fn begin(&self) {
        self.0.draining.send_replace(true);
    }

    /// Whether [`Drain::begin`] was called.
    pub fn is_draining(&self) -> bool {
        *self.0.draining.borrow()
    }

    /// Counts a WebSocket that was opened; hold the value as long as it is.
    pub fn socket(&self) -> OpenSocket {
        self.0.sockets_open.send_modify(|open| *open += 1);
        metrics::gauge!("websockets_open").increment(1.0);
        OpenSocket(self.clone())
    }

    /// Waits until WebSockets must end: whoever holds one says goodbye (close code 1001) then, so that its client connects
    /// anew, elsewhere.
    pub async fn sockets_end(&self) {
        let mut end = self.0.sockets_end.subscribe();
        // The sender lives as long as `self`.
        let _ = end.wait_for(|end| *end).await;
    }

    /// Tells WebSockets to end and waits for that, at most `limit`. Gives how many were open still.
    pub(crate) async fn end_sockets(&self, limit: Duration) -> usize {
        self.0.sockets_end.send_replace(true);
        let mut open = self.0.sockets_open.subscribe();
        let _ = tokio::time::timeout(limit, open.wait_for(|open| *open == 0)).await;
        *open.borrow()
    }
}

/// One open WebSocket.
#[derive(Debug)]
pub struct OpenSocket(Drain);

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.0.sockets_open.send_modify(|open| *open -= 1);
        metrics::gauge!("websockets_open").decrement(1.0);
    }
}
