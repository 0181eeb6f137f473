//! Clients: for whom posts are written, and how they sound.

use serde::{Deserialize, Serialize};

use super::ids::{ClientId, UserId};

/// A client's profile.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    pub id: ClientId,
    pub owner_id: UserId,
    pub name: String,
    pub industry: String,
    pub audience: String,
    pub tone: String,
    pub website: String,
    pub voice_samples: Vec<VoiceSample>,
    /// Grows by one with each change.
    pub version: i64,
    pub created_at: String,
    pub updated_at: String,
}

/// A text that the client wrote, from which the voice is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceSample {
    /// Where it comes from; empty in release 1, which has no labels.
    pub label: String,
    pub text: String,
}

/// A client to be created.
#[derive(Clone, Debug)]
pub struct NewClient {
    pub owner_id: UserId,
    pub name: String,
    pub industry: String,
    pub audience: String,
    pub tone: String,
    pub website: String,
    pub voice_samples: Vec<VoiceSample>,
}

/// What to change; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct ClientChange {
    pub name: Option<String>,
    pub industry: Option<String>,
    pub audience: Option<String>,
    pub tone: Option<String>,
    pub website: Option<String>,
    pub voice_samples: Option<Vec<VoiceSample>>,
}
