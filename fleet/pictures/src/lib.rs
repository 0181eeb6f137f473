//! Paints a landscape from words: the picture provider built into the fleet's services.
//!
//! Pure and synchronous: the same words and size give the same picture, byte for byte. A large picture takes tens of
//! milliseconds, so the caller paints off its async threads.

mod painting;
mod palette;

pub use painting::{PaintError, paint};
