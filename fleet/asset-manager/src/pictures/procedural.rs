//! The built-in provider: paints a landscape from the prompt. The same prompt and size give the same picture, byte for byte.

use super::{Making, PictureError, Provider, Wish};

/// Needs nothing outside this process.
pub struct Procedural;

impl Provider for Procedural {
    fn name(&self) -> &'static str {
        "procedural"
    }

    fn make(&self, wish: Wish) -> Making<'_> {
        Box::pin(async move {
            let painting =
                tokio::task::spawn_blocking(move || fleet_pictures::paint(&wish.prompt, wish.width, wish.height));
            let painted = painting.await.map_err(|error| PictureError::Unavailable(error.to_string()))?;
            painted.map_err(|error| PictureError::Unavailable(error.to_string()))
        })
    }
}
