//! Where secrets are kept and how a rotation is carried out step by step.
//!
//! The caller does: read the configuration, know who asks, say what reaches servers and instances ([`rotate::World`]).
//! This crate does: keep a [`Book`] for each environment (names, versions and rotations readable, values encrypted), reach the other
//! stores, resolve references at the moment of use ([`Keyring`]), drive rotations so that they survive a crash at any point
//! ([`rotate`]), and search what is written for what must not be there ([`scan`]).

mod book;
mod error;
mod fresh;
mod identity;
mod keyring;
mod providers;
mod reads;
pub mod rotate;
pub mod scan;
mod seal;
mod written;

pub use book::{Book, FOLDER, Page, Readable};
pub use callsheet_secrets::Ground;
pub use error::StoreError;
pub use fresh::fresh_value;
pub use identity::{Identity, IdentityError, NewIdentity, Recipient};
pub use keyring::Keyring;
pub use reads::{Read, Reads};
pub use written::{WrittenError, written};
