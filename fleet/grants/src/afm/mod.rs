//! Greek tax numbers (AFM): checked, sealed, found again without being opened, shown masked.

mod keys;
mod number;

pub use keys::{Keys, SealError, Sealed};
pub use number::Afm;
