//! Who writes posts: a provider over HTTP, or the one built in; each behind the limiter.

mod anthropic;
mod builtin;
mod limiter;
mod prompt;
mod templates;

use std::pin::Pin;

use crate::studio::{BriefContent, Client, Platform};

pub use anthropic::{Anthropic, Settings};
pub use builtin::Builtin;
#[cfg(test)]
pub use builtin::tests as builtin_tests;
pub use limiter::{Limiter, QueueFull};
pub use templates::{TEMPLATES, Template, template};

/// What a post is to be made from.
#[derive(Clone)]
pub struct Order {
    pub client: Client,
    pub brief: BriefContent,
    pub platform: Platform,
    pub template: &'static Template,
    /// Its place among the thirty, from 1.
    pub number: u32,
    /// How often it was written before.
    pub attempt: u32,
    /// What the reviewer wants otherwise.
    pub note: String,
}

/// A written post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub text: String,
    /// In and out, as the provider counts them.
    pub tokens: i64,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The provider refuses our key.
    #[error("the provider refuses our key (HTTP {0}): check `ANTHROPIC_API_KEY`")]
    Key(u16),
    /// It refuses this request; asking again will not help.
    #[error("the provider refuses the request (HTTP {status}): {words}")]
    Refused {
        /// Its answer's status.
        status: u16,
        /// Its answer's first words.
        words: String,
    },
    /// It was asked several times and did not write.
    #[error("the provider did not write after {attempts} attempts: {last}")]
    Unavailable {
        /// How often it was asked.
        attempts: u32,
        /// What it said, or what failed, the last time.
        last: String,
    },
    /// Its answer holds no text.
    #[error("the provider's answer holds no text")]
    Empty,
    /// Too much waits already.
    #[error(transparent)]
    Queue(#[from] QueueFull),
}

impl ProviderError {
    /// Whether the next post would fail for the same reason.
    pub fn is_everybodys(&self) -> bool {
        matches!(self, ProviderError::Key(_))
    }
}

/// What a provider gives.
pub type Writing<'a> = Pin<Box<dyn Future<Output = Result<Draft, ProviderError>> + Send + 'a>>;

/// Writes posts.
pub trait Provider: Send + Sync {
    /// Its name in posts, health and metrics.
    fn name(&self) -> &'static str;
    /// Writes one. A call that is dropped leaves nothing behind.
    fn write<'a>(&'a self, order: &'a Order) -> Writing<'a>;
}
