//! Who is asking: passwords, tokens, and the extractors that handlers use.

mod asking;
mod password;
mod token;

pub use asking::{SESSION_COOKIE, page_viewer};
pub use password::{PasswordError, Passwords};
pub use token::Tokens;
