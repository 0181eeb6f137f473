//! Users in SQLite.

use rusqlite::{OptionalExtension, Row, params};

use super::{Refusal, Sqlite, id, now};
use crate::store::{Answer, Users};
use crate::story::{NewUser, Role, User, UserId};

const COLUMNS: &str = "id, email, name, role, created_at";

fn user(row: &Row<'_>) -> Result<User, rusqlite::Error> {
    let role: String = row.get(3)?;
    Ok(User {
        id: id(row, 0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        // The table admits no other; the lesser right is the safe reading.
        role: Role::named(&role).unwrap_or(Role::Member),
        created_at: row.get(4)?,
    })
}

impl Users for Sqlite {
    fn create_user(&self, new: NewUser) -> Answer<'_, User> {
        Box::pin(self.write("creating a user", move |connection| {
            let made =
                User { id: UserId::fresh(), email: new.email, name: new.name, role: new.role, created_at: now() };
            let sql =
                "INSERT INTO users (id, email, name, role, created_at, password_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                       ON CONFLICT (email) DO NOTHING";
            let row = params![
                made.id.to_string(),
                made.email,
                made.name,
                made.role.as_str(),
                made.created_at,
                new.password_hash
            ];
            if connection.prepare_cached(sql)?.execute(row)? == 0 {
                return Err(Refusal::EmailTaken);
            }
            Ok(made)
        }))
    }

    fn user(&self, id: UserId) -> Answer<'_, Option<User>> {
        Box::pin(self.read("finding a user", move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
            connection.prepare_cached(&sql)?.query_row([id.to_string()], user).optional()
        }))
    }

    fn credentials(&self, email: String) -> Answer<'_, Option<(User, String)>> {
        Box::pin(self.read("finding credentials", move |connection| {
            let sql = format!("SELECT {COLUMNS}, password_hash FROM users WHERE email = ?1");
            connection.prepare_cached(&sql)?.query_row([email], |row| Ok((user(row)?, row.get(5)?))).optional()
        }))
    }
}
