//! People who sign in, and what their roles let them do.

use serde::Serialize;

use super::ids::UserId;

/// What somebody may do. Everybody may read; tax numbers in full only those who may change beneficiaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read.
    Viewer,
    /// Write documents and beneficiaries.
    Editor,
    /// Write budgets, too.
    Treasurer,
    /// Everything, and make users.
    Admin,
}

/// The roles' names.
pub const ROLES: [&str; 4] = ["viewer", "editor", "treasurer", "admin"];

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Editor => "editor",
            Role::Treasurer => "treasurer",
            Role::Admin => "admin",
        }
    }

    /// From the store or a request.
    pub fn named(name: &str) -> Option<Role> {
        [Role::Viewer, Role::Editor, Role::Treasurer, Role::Admin].into_iter().find(|role| role.as_str() == name)
    }

    /// Documents, their attachments, and beneficiaries with their tax numbers.
    pub fn writes_documents(self) -> bool {
        self != Role::Viewer
    }

    /// Lines, commitments, payments, reconciliation.
    pub fn writes_budgets(self) -> bool {
        matches!(self, Role::Treasurer | Role::Admin)
    }
}

/// Somebody who may sign in; never holds the password's hash.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    pub id: UserId,
    /// Lower case.
    pub email: String,
    pub name: String,
    pub role: Role,
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// PHC form.
    pub password_hash: String,
}
