//! Files: what is known of one, apart from its bytes.

use serde::{Deserialize, Serialize};

/// A stored file. Its bytes are at `/media/{component id}`, a picture's thumbnail at `/media/{component id}/thumbnail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The uploaded name, made safe to be a file's name anywhere.
    pub file_name: String,
    /// Told by the bytes, never by the client.
    pub media_type: String,
    pub size_bytes: u64,
    /// 64 hexadecimal digits.
    pub sha256: String,
    /// Of a picture, upright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Of a picture, upright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// What a generated picture was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Who generated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// What a search found: a universe, an element, or an element by one of its components.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// `universe`, `element` or `component`.
    pub thing: String,
    /// Its id.
    pub id: String,
    pub universe_id: String,
    /// Of an element or a component.
    pub element_id: Option<String>,
    pub title: String,
    /// Words around the match; the matching ones between `[` and `]`.
    pub excerpt: String,
}
