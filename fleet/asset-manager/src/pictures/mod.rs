//! Pictures made from words: a provider over HTTP, or the one built in.

mod http;
mod procedural;

use std::pin::Pin;

pub use http::Http;
pub use procedural::Procedural;

/// What a picture is asked to be.
#[derive(Clone, Debug)]
pub struct Wish {
    pub prompt: String,
    /// Pixels, 64 to 1536.
    pub width: u32,
    /// Pixels, 64 to 1536.
    pub height: u32,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The provider refuses this wish; asking again would not help.
    #[error("the provider refuses: {0}")]
    Refused(String),
    /// The provider does not answer, or fails.
    #[error("the provider fails: {0}")]
    Unavailable(String),
}

/// What a provider gives: a file's bytes (PNG, JPEG or WebP).
pub type Making<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, PictureError>> + Send + 'a>>;

/// Makes pictures.
pub trait Provider: Send + Sync {
    /// As noted with the picture.
    fn name(&self) -> &'static str;
    /// Makes one.
    fn make(&self, wish: Wish) -> Making<'_>;
}
