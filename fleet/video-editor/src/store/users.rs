//! Who may sign in.

use serde::Serialize;
use tokio_postgres::{Error, Row};

use super::{Store, StoreError, id, moment, now};
use crate::ids::UserId;

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Edit every project, delete their own.
    Editor,
    /// Everything, and look after the service.
    Operator,
}

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Editor => "editor",
            Role::Operator => "operator",
        }
    }

    pub fn named(name: &str) -> Option<Role> {
        [Role::Editor, Role::Operator].into_iter().find(|role| role.as_str() == name)
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

const COLUMNS: &str = "id, email, name, role, created_at";

fn user(row: &Row) -> Result<User, Error> {
    Ok(User {
        id: id(row, 0)?,
        email: row.try_get(1)?,
        name: row.try_get(2)?,
        // The table admits no other; the lesser right is the safe reading.
        role: Role::named(row.try_get(3)?).unwrap_or(Role::Editor),
        created_at: moment(row, 4)?,
    })
}

impl Store {
    pub async fn create_user(&self, new: NewUser) -> Result<User, StoreError> {
        let sql = format!(
            "INSERT INTO users (id, email, name, role, created_at, password_hash) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (email) DO NOTHING RETURNING {COLUMNS}"
        );
        let (id, role) = (UserId::fresh().uuid(), new.role.as_str());
        let made = self
            .row("making a user", &sql, &[&id, &new.email, &new.name, &role, &now(), &new.password_hash], user)
            .await?;
        made.ok_or(StoreError::Conflict("somebody is registered with this e-mail address already"))
    }

    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
        self.row("finding a user", &sql, &[&id.uuid()], user).await
    }

    /// The user and the password's hash.
    pub async fn credentials(&self, email: &str) -> Result<Option<(User, String)>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, password_hash FROM users WHERE email = $1");
        self.row("finding credentials", &sql, &[&email], |row| Ok((user(row)?, row.try_get(5)?))).await
    }
}
