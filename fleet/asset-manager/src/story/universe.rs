//! Universes.

use serde::Serialize;

use super::ids::{ComponentId, UniverseId, UserId};

/// Who may see a universe: its owner, or everybody.
pub const VISIBILITIES: [&str; 2] = ["private", "public"];

/// A world that stories share.
#[derive(Clone, Debug, Serialize)]
pub struct Universe {
    pub id: UniverseId,
    pub owner_id: UserId,
    pub owner_name: String,
    pub name: String,
    pub description: String,
    /// One of [`VISIBILITIES`].
    pub visibility: String,
    pub element_count: u32,
    /// A picture of it: a component of kind `image`.
    pub cover_id: Option<ComponentId>,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
}

/// A universe to be created.
#[derive(Clone, Debug)]
pub struct NewUniverse {
    pub owner_id: UserId,
    pub name: String,
    pub description: String,
    pub visibility: &'static str,
}

/// What to change; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct UniverseChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub visibility: Option<&'static str>,
}
