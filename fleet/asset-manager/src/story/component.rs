//! Components attached to elements.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ids::{ComponentId, ElementId};

/// Every kind of component that the service knows by name.
pub const COMPONENT_KINDS: [&str; 7] = ["text", "image", "video", "audio", "model_3d", "attributes", "relationship"];
/// Those that this version stores.
pub const COMPONENT_KINDS_HERE: [&str; 2] = ["text", "attributes"];

/// What a component holds, by kind. In JSON its member stands beside the others: `"text": "…"` or `"attributes": {…}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Prose.
    Text(String),
    /// Names with a text, number or truth value each.
    Attributes(Map<String, Value>),
}

impl Content {
    /// The kind it belongs to.
    pub fn kind(&self) -> &'static str {
        match self {
            Content::Text(_) => "text",
            Content::Attributes(_) => "attributes",
        }
    }
}

/// Something attached to an element.
#[derive(Clone, Debug, Serialize)]
pub struct Component {
    pub id: ComponentId,
    pub element_id: ElementId,
    pub kind: String,
    pub title: String,
    #[serde(flatten)]
    pub content: Content,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
}

/// A component to be attached.
#[derive(Clone, Debug)]
pub struct NewComponent {
    pub element_id: ElementId,
    pub title: String,
    pub content: Content,
}

/// What to change; `None` leaves as it is. The kind never changes.
#[derive(Clone, Debug, Default)]
pub struct ComponentChange {
    pub title: Option<String>,
    pub content: Option<Content>,
}
