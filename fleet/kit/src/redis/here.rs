//! The stand-in within the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::messages::{Listener, Message, QUEUE};

/// Beyond so many keys those whose time is over are cleared away.
const KEYS_BEFORE_CLEARING: usize = 10_000;

pub(super) struct Here {
    keys: Mutex<HashMap<String, (String, Instant)>>,
    // One for all channels: the stand-in serves one service, which has one channel.
    messages: broadcast::Sender<Message>,
}

impl Default for Here {
    fn default() -> Here {
        Here { keys: Mutex::default(), messages: broadcast::channel(QUEUE).0 }
    }
}

impl Here {
    fn keys(&self) -> MutexGuard<'_, HashMap<String, (String, Instant)>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() > KEYS_BEFORE_CLEARING {
            let now = Instant::now();
            keys.retain(|_, (_, ends)| *ends > now);
        }
        keys
    }

    pub(super) fn get(&self, key: &str) -> Option<String> {
        let keys = self.keys();
        let (text, ends) = keys.get(key)?;
        (*ends > Instant::now()).then(|| text.clone())
    }

    pub(super) fn set(&self, key: &str, text: &str, lifetime: Duration) {
        self.keys().insert(key.to_owned(), (text.to_owned(), Instant::now() + lifetime));
    }

    pub(super) fn extend(&self, key: &str, lifetime: Duration) -> bool {
        let mut keys = self.keys();
        let now = Instant::now();
        match keys.get_mut(key).filter(|(_, ends)| *ends > now) {
            Some((_, ends)) => {
                *ends = now + lifetime;
                true
            }
            None => false,
        }
    }

    pub(super) fn remove(&self, key: &str) {
        self.keys().remove(key);
    }

    pub(super) fn count(&self, key: &str, window: Duration) -> u64 {
        let mut keys = self.keys();
        let now = Instant::now();
        let entry = keys.entry(key.to_owned()).or_insert_with(|| ("0".to_owned(), now + window));
        if entry.1 <= now {
            *entry = ("0".to_owned(), now + window);
        }
        let count = entry.0.parse::<u64>().unwrap_or(0) + 1;
        entry.0 = count.to_string();
        count
    }

    pub(super) fn publish(&self, _channel: &str, text: &str) {
        // Nobody listens: then nobody needs it.
        let _ = self.messages.send(Message::Text(Arc::from(text)));
    }

    pub(super) fn listener(&self) -> Listener {
        Listener::of(self.messages.subscribe(), None)
    }
}
