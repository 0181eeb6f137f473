//! Users in PostgreSQL.

use tokio_postgres::{Error, Row};

use super::{Postgres, id, moment, now};
use crate::store::{Answer, StoreError, Users};
use crate::story::{NewUser, Role, User, UserId};

const COLUMNS: &str = "id, email, name, role, created_at";

fn user(row: &Row) -> Result<User, Error> {
    Ok(User {
        id: id(row, 0)?,
        email: row.try_get(1)?,
        name: row.try_get(2)?,
        // The table admits no other; the lesser right is the safe reading.
        role: Role::named(row.try_get(3)?).unwrap_or(Role::Member),
        created_at: moment(row, 4)?,
    })
}

impl Users for Postgres {
    fn create_user(&self, new: NewUser) -> Answer<'_, User> {
        Box::pin(async move {
            let sql = format!(
                "INSERT INTO users (id, email, name, role, created_at, password_hash) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (email) DO NOTHING RETURNING {COLUMNS}"
            );
            let (id, role) = (UserId::fresh().uuid(), new.role.as_str());
            let made = self
                .write("creating a user", &sql, &[&id, &new.email, &new.name, &role, &now(), &new.password_hash], user)
                .await?;
            made.into_iter().next().ok_or(StoreError::EmailTaken)
        })
    }

    fn user(&self, id: UserId) -> Answer<'_, Option<User>> {
        Box::pin(async move {
            let sql = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
            Ok(self.read("finding a user", &sql, &[&id.uuid()], user).await?.into_iter().next())
        })
    }

    fn credentials(&self, email: String) -> Answer<'_, Option<(User, String)>> {
        Box::pin(async move {
            let sql = format!("SELECT {COLUMNS}, password_hash FROM users WHERE email = $1");
            let found =
                self.read("finding credentials", &sql, &[&email], |row| Ok((user(row)?, row.try_get(5)?))).await?;
            Ok(found.into_iter().next())
        })
    }
}
