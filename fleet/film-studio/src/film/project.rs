//! Film projects and their teams.

use serde::Serialize;

use super::ids::{ProjectId, UserId};

/// What a budget may be in.
pub const CURRENCIES: [&str; 8] = ["EUR", "USD", "GBP", "PLN", "CHF", "SEK", "CAD", "AUD"];
/// What members of a team may do: everything, change the film, look.
pub const TEAM_ROLES: [&str; 3] = ["owner", "editor", "viewer"];

/// A film in the making.
#[derive(Clone, Debug, Serialize)]
pub struct Project {
    pub id: ProjectId,
    pub title: String,
    pub logline: String,
    /// Of [`CURRENCIES`].
    pub currency: String,
    pub scene_count: u32,
    pub shot_count: u32,
    /// Rises with every saved script; 0 before the first.
    pub script_revision: u32,
    /// What the asker may do with it.
    pub seat: Seat,
    /// Rises with every change.
    pub version: i64,
    pub created_at: String,
    pub updated_at: String,
}

/// A place on a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Seat {
    Viewer,
    Editor,
    Owner,
}

impl Seat {
    /// From the store or a request.
    pub fn named(name: &str) -> Option<Seat> {
        match name {
            "viewer" => Some(Seat::Viewer),
            "editor" => Some(Seat::Editor),
            "owner" => Some(Seat::Owner),
            _ => None,
        }
    }

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Seat::Viewer => "viewer",
            Seat::Editor => "editor",
            Seat::Owner => "owner",
        }
    }

    /// Whether they may change the film.
    pub fn may_change(self) -> bool {
        self != Seat::Viewer
    }
}

/// A film to be created.
#[derive(Clone, Debug)]
pub struct NewProject {
    pub title: String,
    pub logline: String,
    pub currency: &'static str,
}

/// What is to be changed.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    pub title: Option<String>,
    pub logline: Option<String>,
    pub currency: Option<&'static str>,
}

/// Somebody on the team.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    pub user_id: UserId,
    pub name: String,
    pub email: String,
    /// Of [`TEAM_ROLES`].
    pub role: Seat,
    /// What they do on the film ("director").
    pub job: String,
}
