//! Who is asking: the extractors that handlers use, and the renewal of what they hold.

mod asking;
mod renewal;
mod sign_in;

pub use asking::{Actor, PageActor, SESSION_COOKIE};
pub use renewal::renew;
pub use sign_in::{SignInError, sign_in, sign_out};

/// A fault of this service: nobody is known any more.
pub const BROKEN_AUTH: &str = "broken-auth";
