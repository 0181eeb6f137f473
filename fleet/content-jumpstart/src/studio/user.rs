//! Users, and who is asking.

use serde::Serialize;

use super::ids::UserId;

/// What a user may do beyond their own things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Own clients and projects only.
    User,
    /// Everybody's, and the figures of the whole service.
    Operator,
}

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::User => "user",
            Role::Operator => "operator",
        }
    }

    /// From the store. The table admits no other word; the lesser right is the safe reading.
    pub fn named(name: &str) -> Role {
        if name == "operator" { Role::Operator } else { Role::User }
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

impl Actor {
    /// Whose things they see: their own, or everybody's (`None`).
    pub fn owner(&self) -> Option<UserId> {
        (self.0.role == Role::User).then_some(self.0.id)
    }

    /// Whether they may know of something that belongs to `owner`.
    pub fn may_see(&self, owner: UserId) -> bool {
        self.owner().is_none_or(|own| own == owner)
    }
}
