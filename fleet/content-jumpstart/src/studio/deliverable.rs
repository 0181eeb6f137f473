//! Deliverables: the file that a client gets, and the proof that they got it.

use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::ids::{DeliverableId, ProjectId};

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Docx,
    Pdf,
    Txt,
}

/// Their names.
pub const FORMATS: [&str; 3] = ["docx", "pdf", "txt"];

impl Format {
    /// As stored, and the file's ending.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Docx => "docx",
            Format::Pdf => "pdf",
            Format::Txt => "txt",
        }
    }

    /// For the `content-type` header.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format::Pdf => "application/pdf",
            Format::Txt => "text/plain; charset=utf-8",
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(name: &str) -> Result<Format, ()> {
        [Format::Docx, Format::Pdf, Format::Txt].into_iter().find(|format| format.as_str() == name).ok_or(())
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A file that went out; the bytes are kept, so that the digest can be checked at any time.
#[derive(Clone, Debug, Serialize)]
pub struct Deliverable {
    pub id: DeliverableId,
    pub project_id: ProjectId,
    pub format: Format,
    pub file_name: String,
    pub sha256: String,
    pub size_bytes: i64,
    pub posts: i64,
    /// Letters that the format cannot show; 0 but for some scripts in PDF.
    pub letters_lost: i64,
    pub recipient: String,
    pub delivered_by: String,
    pub delivered_at: String,
    pub downloads: i64,
    pub downloaded_at: Option<String>,
}

/// A file about to go out.
pub struct NewDeliverable {
    pub project_id: ProjectId,
    pub format: Format,
    pub file_name: String,
    pub content: Vec<u8>,
    pub sha256: String,
    pub posts: usize,
    pub letters_lost: usize,
    pub recipient: String,
    pub delivered_by: String,
}
