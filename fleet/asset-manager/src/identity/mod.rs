//! Who is asking: passwords, tokens, and the extractors that handlers use.

mod asking;
mod token;

pub use asking::{SESSION_COOKIE, page_viewer};
pub use fleet_kit::passwords::{PasswordError, Passwords};
pub use token::Tokens;
