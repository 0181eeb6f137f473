//! Tell people: by webhook, Slack's webhook, or the terminal. At least once, with a stable key.

mod messenger;
mod slack;
mod terminal;
mod webhook;

use serde::Serialize;

pub use messenger::{Limits, Messenger};

/// A message with what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The same for every repetition of one attempt: receivers may drop what they have seen.
    pub key: String,
    /// The words.
    pub text: String,
    /// The run, 32 hexadecimal digits.
    pub run: String,
    /// `file#procedure`.
    pub procedure: String,
    /// The step's id.
    pub step: String,
    /// The service, or empty.
    pub service: String,
    /// The environment, or empty.
    pub environment: String,
}

/// Where a message goes, addresses resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The terminal and the run's record: whoever watches sees it, nothing is sent.
    Terminal,
    /// JSON posted to an address.
    Webhook {
        /// `http://` or `https://`; may hold a credential, so it is never shown whole.
        url: String,
    },
    /// Slack's webhook format, posted to an address.
    Slack {
        /// As above.
        url: String,
    },
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// The address is none.
    #[error("the channel's address is not a URL that a message can be posted to")]
    Address,
    /// The environment variable that holds the address is not set.
    #[error("the channel's address is in ${0}, which is not set")]
    NoVariable(String),
    /// Nobody took it, after all tries.
    #[error("{host} did not take the message after {tries} tries: {why}")]
    NotTaken {
        /// The address's host.
        host: String,
        /// How often it was tried.
        tries: u32,
        /// What it answered, or why it could not be reached.
        why: String,
    },
    /// It was refused in a way that trying again does not change.
    #[error("{host} refused the message: {why}")]
    Refused {
        /// The address's host.
        host: String,
        /// What it answered.
        why: String,
    },
    /// The thread that sends could not be started.
    #[error("messages cannot be sent: {0}")]
    Unable(String),
}

// === impl Destination ===

impl Destination {
    /// Resolves an address that may be `$NAME`, with `lookup` for the environment.
    pub fn address(url: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String, NotifyError> {
        match url.strip_prefix('$') {
            Some(name) => lookup(name).ok_or_else(|| NotifyError::NoVariable(name.to_owned())),
            None => Ok(url.to_owned()),
        }
    }

    /// The address and the body to post there; `None` where nothing is sent.
    pub(crate) fn post(&self, message: &Message) -> Option<(&str, String)> {
        match self {
            Destination::Terminal => terminal::body(message),
            Destination::Webhook { url } => Some((url, webhook::body(message))),
            Destination::Slack { url } => Some((url, slack::body(message))),
        }
    }

    /// Whether the message is taken by being shown, so that there is nothing to wait for.
    pub fn is_immediate(&self) -> bool {
        matches!(self, Destination::Terminal)
    }
}
