//! Opens a page in a headless Chromium and tells what a user would meet: how long it took, what broke, how it looks.
//!
//! The browser is driven over a pipe with the Chrome DevTools Protocol, so no port is opened. Its profile is a folder that is
//! removed afterwards; nothing is remembered between visits.

mod connection;
mod error;
mod launch;
mod page;
mod tab;
mod visit;

pub use error::BrowserError;
pub use launch::{Browser, find};
pub use tab::Tab;
pub use visit::{Trouble, Visit, Wanted};
