//! Messages from every instance: a subscription that is taken up again when lost, and says that something may be missing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::broadcast;

use crate::faults::Faults;

/// A listener who is so many messages behind is told of a gap instead.
pub(super) const QUEUE: usize = 256;

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Somebody published this.
    Text(Arc<str>),
    /// The connection was lost and is back, or the listener was too slow: read anew what the messages were about.
    Gap,
}

/// One subscription; clones hear the same. Ends with its last clone.
pub struct Listener {
    messages: broadcast::Receiver<Message>,
    source: Option<Arc<Source>>,
}

/// The task that holds the connection; ends with its last listener.
struct Source {
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Clone for Listener {
    fn clone(&self) -> Listener {
        Listener { messages: self.messages.resubscribe(), source: self.source.clone() }
    }
}

impl Listener {
    pub(super) fn of(messages: broadcast::Receiver<Message>, task: Option<tokio::task::JoinHandle<()>>) -> Listener {
        Listener { messages, source: task.map(|task| Arc::new(Source { task })) }
    }

    /// Waits for the next message.
    pub async fn next(&mut self) -> Message {
        match self.messages.recv().await {
            Ok(message) => message,
            Err(broadcast::error::RecvError::Lagged(_)) => Message::Gap,
            // The source has ended, which it does with the process alone.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Subscribes, for as long as somebody listens.
pub(super) fn listen(client: redis::Client, channel: &'static str, faults: Faults) -> Listener {
    let (sender, messages) = broadcast::channel(QUEUE);
    let task = tokio::spawn(async move {
        let mut pause = Duration::from_millis(100);
        let mut first = true;
        loop {
            match hear(&client, channel, &sender, &faults, &mut first).await {
                Ok(()) => pause = Duration::from_millis(100),
                Err(error) => tracing::warn!(channel, %error, "messages of other instances are not heard"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    });
    Listener::of(messages, Some(task))
}

/// Passes messages on until the connection is lost.
async fn hear(
    client: &redis::Client,
    channel: &'static str,
    sender: &broadcast::Sender<Message>,
    faults: &Faults,
    first: &mut bool,
) -> Result<(), super::RedisError> {
    let failed = |error: redis::RedisError| super::RedisError::Failed { doing: "listening", cause: error.to_string() };
    faults.query("redis").await?;
    let mut subscription = client.get_async_pubsub().await.map_err(failed)?;
    subscription.subscribe(channel).await.map_err(failed)?;
    if !std::mem::take(first) {
        let _ = sender.send(Message::Gap);
    }
    let mut messages = subscription.on_message();
    while let Some(message) = messages.next().await {
        let text: String = message.get_payload().map_err(failed_payload)?;
        let _ = sender.send(Message::Text(Arc::from(text)));
    }
    Ok(())
}

fn failed_payload(error: impl std::fmt::Display) -> super::RedisError {
    super::RedisError::Failed { doing: "reading a message", cause: error.to_string() }
}
