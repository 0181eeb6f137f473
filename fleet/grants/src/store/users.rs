//! People.

use tokio_postgres::{Error, Row};

use super::{Store, StoreError, failed, id, is_taken, moment, now};
use crate::grant::{NewUser, Role, User, UserId};

const COLUMNS: &str = "id, email, name, role, created_at";

fn user(row: &Row) -> Result<User, Error> {
    Ok(User {
        id: id(row, 0)?,
        email: row.try_get(1)?,
        name: row.try_get(2)?,
        // The table admits no other names; one that a newer release brought may only read.
        role: Role::named(row.try_get(3)?).unwrap_or(Role::Viewer),
        created_at: moment(row, 4)?,
    })
}

impl Store {
    /// Makes one; `Conflict` if the address is known.
    pub async fn create_user(&self, new: NewUser) -> Result<User, StoreError> {
        let doing = "making a user";
        let sql = format!(
            "INSERT INTO users (id, email, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             RETURNING {COLUMNS}"
        );
        let (id, role, at) = (UserId::fresh().uuid(), new.role.as_str(), now());
        let client = self.client(doing).await?;
        let made = client.query_one(&sql, &[&id, &new.email, &new.name, &role, &new.password_hash, &at]).await;
        match made {
            Ok(row) => user(&row).map_err(failed(doing)),
            Err(error) if is_taken(&error) => {
                Err(StoreError::Conflict("somebody has this e-mail address already".to_owned()))
            }
            Err(error) => Err(failed(doing)(error)),
        }
    }

    /// Everybody, by name; at most a thousand.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM users ORDER BY name, id LIMIT 1000");
        self.rows("listing users", &sql, &[], user).await
    }

    /// Finds one.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
        self.row("finding a user", &sql, &[&id.uuid()], user).await
    }

    /// Finds one by address (lower case), with the password's hash.
    pub async fn credentials(&self, email: &str) -> Result<Option<(User, String)>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, password_hash FROM users WHERE email = $1");
        self.row("finding a user by address", &sql, &[&email], |row| Ok((user(row)?, row.try_get(5)?))).await
    }
}
