//! Users, and who is asking.

use serde::Serialize;

use super::ids::UserId;

/// What a user may do beyond their own films.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Films on whose team they are.
    Member,
    /// Looks after the service: its processes, queries, cache and figures. Sees no film for that.
    Operator,
}

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Operator => "operator",
        }
    }

    /// From the store; what it does not know may do least.
    pub fn named(name: &str) -> Role {
        if name == "operator" { Role::Operator } else { Role::Member }
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

/// A user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// PHC form.
    pub password_hash: String,
}

/// A signed-in user who asks for something.
#[derive(Clone, Debug)]
pub struct Actor(pub User);
