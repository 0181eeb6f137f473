//! Users, and who is asking.

use serde::Serialize;

use super::ids::UserId;
use super::universe::Universe;

/// What a user may do beyond their own things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Own universes only.
    Member,
    /// Everything.
    Admin,
}

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Admin => "admin",
        }
    }

    /// From the store.
    pub fn named(name: &str) -> Option<Role> {
        match name {
            "member" => Some(Role::Member),
            "admin" => Some(Role::Admin),
            _ => None,
        }
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

/// Whoever asks: signed in or not.
#[derive(Clone, Debug)]
pub struct Viewer(pub Option<User>);

impl Viewer {
    /// Whether they may see the universe and what is in it.
    pub fn may_see(&self, universe: &Universe) -> bool {
        universe.visibility == "public" || self.may_change(universe)
    }

    /// Whether they may change the universe and what is in it.
    pub fn may_change(&self, universe: &Universe) -> bool {
        self.0.as_ref().is_some_and(|user| user.role == Role::Admin || user.id == universe.owner_id)
    }

    /// Whether they see everything.
    pub fn is_admin(&self) -> bool {
        self.0.as_ref().is_some_and(|user| user.role == Role::Admin)
    }
}

impl From<Actor> for Viewer {
    fn from(actor: Actor) -> Viewer {
        Viewer(Some(actor.0))
    }
}
