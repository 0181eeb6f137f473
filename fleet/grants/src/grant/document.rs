//! Documents: grant files with every state they were in, and what is attached to them.

use serde::Serialize;

use super::ids::{AttachmentId, BeneficiaryId, DocumentId, UserId};

/// Where a document stands.
pub const STATUSES: [&str; 4] = ["draft", "submitted", "approved", "rejected"];

/// A document as it is now.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    pub id: DocumentId,
    pub title: String,
    pub body: String,
    pub status: String,
    pub beneficiary_ids: Vec<BeneficiaryId>,
    pub attachment_count: i64,
    pub version: i64,
    pub created_by: UserId,
    pub updated_by: UserId,
    pub updated_by_name: String,
    pub created_at: String,
    pub updated_at: String,
}

/// A document to be made.
#[derive(Clone, Debug)]
pub struct NewDocument {
    pub title: String,
    pub body: String,
    pub status: &'static str,
    pub beneficiary_ids: Vec<BeneficiaryId>,
}

/// What is to be changed; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct DocumentChange {
    pub title: Option<String>,
    pub body: Option<String>,
    pub status: Option<&'static str>,
    pub beneficiary_ids: Option<Vec<BeneficiaryId>>,
}

/// A state that a document was in.
#[derive(Clone, Debug, Serialize)]
pub struct Version {
    pub version: i64,
    pub title: String,
    pub body: String,
    pub status: String,
    pub changed_by_name: String,
    pub changed_at: String,
}

/// A file that belongs to a document.
#[derive(Clone, Debug, Serialize)]
pub struct Attachment {
    pub id: AttachmentId,
    pub document_id: DocumentId,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub created_at: String,
}
