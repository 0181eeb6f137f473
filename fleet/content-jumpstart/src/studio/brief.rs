//! Briefs: what the posts of a project are about.

use serde::{Deserialize, Serialize};

use super::ids::{BriefId, ClientId};

/// A brief as it is kept.
#[derive(Clone, Debug, Serialize)]
pub struct Brief {
    pub id: BriefId,
    pub client_id: ClientId,
    pub title: String,
    /// `form` or `upload`.
    pub source: String,
    #[serde(flatten)]
    pub content: BriefContent,
    pub created_at: String,
}

/// What posts are made from. All texts are plain; lists are in the client's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BriefContent {
    /// What is offered.
    pub offer: String,
    /// To whom.
    pub audience: String,
    /// What hurts them.
    pub pains: Vec<String>,
    /// What they gain.
    pub benefits: Vec<String>,
    /// Facts and stories that may be told.
    pub proof: Vec<String>,
    /// Words that readers look for.
    pub keywords: Vec<String>,
    /// What readers should do.
    pub call_to_action: String,
}

/// A brief to be kept.
#[derive(Clone, Debug)]
pub struct NewBrief {
    pub client_id: ClientId,
    pub title: String,
    pub source: &'static str,
    pub content: BriefContent,
    /// The uploaded text as it came.
    pub original: Option<String>,
}
