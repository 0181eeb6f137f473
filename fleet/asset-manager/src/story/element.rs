//! Elements of a universe.

use serde::Serialize;

use super::ids::{ComponentId, ElementId, UniverseId};

/// What an element can be, in the order pages show them.
pub const ELEMENT_KINDS: [&str; 7] = ["character", "place", "prop", "creature", "faction", "event", "concept"];

/// Somebody or something in a universe.
#[derive(Clone, Debug, Serialize)]
pub struct Element {
    pub id: ElementId,
    pub universe_id: UniverseId,
    /// One of [`ELEMENT_KINDS`].
    pub kind: String,
    pub name: String,
    pub summary: String,
    pub component_count: u32,
    /// A picture of it: a component of kind `image`.
    pub cover_id: Option<ComponentId>,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
}

/// An element to be created.
#[derive(Clone, Debug)]
pub struct NewElement {
    pub universe_id: UniverseId,
    pub kind: &'static str,
    pub name: String,
    pub summary: String,
}

/// What to change; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct ElementChange {
    pub kind: Option<&'static str>,
    pub name: Option<String>,
    pub summary: Option<String>,
}
