//! Projects, and the runs that write their posts.

use serde::Serialize;

use super::ids::{BriefId, ClientId, ProjectId, RunId, UserId};
use super::platform::Platform;

/// From the first idea to the delivery.
pub const STATUSES: [&str; 5] = ["draft", "ready", "generating", "qa", "delivered"];

/// Steps of the wizard: client, voice, brief, plan, generation, review and delivery.
pub const STEPS: i64 = 6;

/// One order of thirty posts.
#[derive(Clone, Debug, Serialize)]
pub struct Project {
    pub id: ProjectId,
    pub owner_id: UserId,
    pub name: String,
    /// One of [`STATUSES`].
    pub status: String,
    /// Where the wizard was left, 1 to [`STEPS`].
    pub step: i64,
    pub client_id: Option<ClientId>,
    pub client_name: Option<String>,
    pub brief_id: Option<BriefId>,
    pub platforms: Vec<Platform>,
    /// Ids of templates.
    pub templates: Vec<String>,
    /// The newest run, if there was one.
    pub run_id: Option<RunId>,
    /// Grows by one with each change.
    pub version: i64,
    pub created_at: String,
    pub updated_at: String,
}

/// What to change; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    pub name: Option<String>,
    pub step: Option<i64>,
    pub client_id: Option<ClientId>,
    pub brief_id: Option<BriefId>,
    pub platforms: Option<Vec<Platform>>,
    pub templates: Option<Vec<String>>,
}

/// One writing of thirty posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    pub id: RunId,
    pub project_id: ProjectId,
    /// `running`, `done`, `failed` or `cancelled`.
    pub status: String,
    pub total: u32,
    pub written: u32,
    pub failed: u32,
    /// Why it failed, for people.
    pub fault: Option<String>,
    pub request_id: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    /// From its start to its end, or until now.
    pub took_ms: i64,
}
