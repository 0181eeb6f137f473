//! Users.

use mysql_async::Row;

use super::rows::{BadColumn, id, moment, text};
use super::{Store, StoreError};
use crate::film::{NewUser, Role, User, UserId};
use crate::values;

const COLUMNS: &str = "id, email, name, role, created_at";

fn user(row: &mut Row) -> Result<User, BadColumn> {
    let role = Role::named(&text(row, 3)?);
    Ok(User { id: id(row, 0)?, email: text(row, 1)?, name: text(row, 2)?, role, created_at: moment(row, 4)? })
}

impl Store {
    /// Creates one; `Conflict` if the address is known.
    pub async fn create_user(&self, new: NewUser) -> Result<User, StoreError> {
        let doing = "creating a user";
        let id = UserId::fresh();
        let sql = "INSERT INTO users (id, email, name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))";
        let row = values![id.to_string(), new.email, new.name, new.role.as_str(), new.password_hash];
        self.write(doing, sql, row).await?;
        self.user(id).await?.ok_or(StoreError::Missing)
    }

    /// Finds one by id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read_one("finding a user", &format!("SELECT {COLUMNS} FROM users WHERE id = ?"), (id.to_string(),), user)
            .await
    }

    /// Finds one by address (lower case), with the password's hash.
    pub async fn credentials(&self, email: &str) -> Result<Option<(User, String)>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, password_hash FROM users WHERE email = ?");
        self.read_one("finding credentials", &sql, (email,), |row| Ok((user(row)?, text(row, 5)?))).await
    }
}
