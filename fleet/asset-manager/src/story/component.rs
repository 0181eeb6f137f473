//! Components attached to elements.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ids::{ComponentId, ElementId};
use super::media::Media;

/// Every kind of component, as named in the API and in the database.
pub const COMPONENT_KINDS: [&str; 7] = ["text", "image", "video", "audio", "model_3d", "attributes", "relationship"];

/// What a component holds, by kind. In JSON its member stands beside the others: `"text": "…"` or `"attributes": {…}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Prose.
    Text(String),
    /// A picture's file.
    Image(Media),
    /// A film's file.
    Video(Media),
    /// A sound's file.
    Audio(Media),
    /// A model's file.
    #[serde(rename = "model_3d")]
    Model3d(Media),
    /// Names with a text, number or truth value each.
    Attributes(Map<String, Value>),
    /// How the element stands to another.
    Relationship(Relationship),
}

/// A relationship to another element of the same universe; it ends when either ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// The other element.
    pub target_id: ElementId,
    /// A verb phrase read from here to there ("is the keeper of").
    pub relation: String,
}

impl Content {
    /// The kind it belongs to.
    pub fn kind(&self) -> &'static str {
        match self {
            Content::Text(_) => "text",
            Content::Image(_) => "image",
            Content::Video(_) => "video",
            Content::Audio(_) => "audio",
            Content::Model3d(_) => "model_3d",
            Content::Attributes(_) => "attributes",
            Content::Relationship(_) => "relationship",
        }
    }

    /// The file, of those kinds that have one.
    pub fn media(&self) -> Option<&Media> {
        match self {
            Content::Image(media) | Content::Video(media) | Content::Audio(media) | Content::Model3d(media) => {
                Some(media)
            }
            Content::Text(_) | Content::Attributes(_) | Content::Relationship(_) => None,
        }
    }

    /// The element a relationship leads to.
    pub fn target(&self) -> Option<ElementId> {
        match self {
            Content::Relationship(relationship) => Some(relationship.target_id),
            _ => None,
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

/// A component to be attached. Its id is given, because files are stored under it before the row is.
#[derive(Clone, Debug)]
pub struct NewComponent {
    pub id: ComponentId,
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

/// A relationship that leads to an element, seen from there.
#[derive(Clone, Debug, Serialize)]
pub struct Incoming {
    pub component_id: ComponentId,
    /// The element that holds the relationship.
    pub element_id: ElementId,
    pub element_name: String,
    /// A verb phrase read from there to here.
    pub relation: String,
}
