//! Users, and the sessions that keep them signed in.

use super::{Row, Shape, Statement, Store, StoreError, now_ms};
use crate::studio::{NewUser, Role, User, UserId};
use crate::values;

const COLUMNS: &str = "id, email, name, role, created_at";

fn user(row: &Row) -> Result<User, Shape> {
    Ok(User {
        id: row.parsed(0, "an id")?,
        email: row.text(1)?,
        name: row.text(2)?,
        role: Role::named(&row.text(3)?),
        created_at: row.moment(4)?,
    })
}

/// A refresh token to be remembered.
pub struct NewSession {
    /// SHA-256 of the token, in hex.
    pub token_digest: String,
    /// All tokens that came of one sign-in.
    pub family: String,
    pub user_id: UserId,
    /// Milliseconds since 1970.
    pub expires_at_ms: i64,
}

impl Store {
    /// Creates one; a conflict if the address is known.
    pub async fn create_user(&self, new: NewUser) -> Result<User, StoreError> {
        let (id, at) = (UserId::fresh(), now_ms());
        let sql = "INSERT INTO users (id, email, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (email) DO NOTHING";
        let row = values![id, new.email, new.name, new.role.as_str(), new.password_hash, at];
        let taken = "somebody is registered with this e-mail address already";
        self.write("creating a user", vec![Statement::new(sql, row).or_conflict(taken)]).await?;
        self.user(id).await?.ok_or(StoreError::Missing)
    }

    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.one("finding a user", format!("SELECT {COLUMNS} FROM users WHERE id = $1"), values![id], user).await
    }

    /// Finds one by address (lower case), with the password's hash.
    pub async fn credentials(&self, email: String) -> Result<Option<(User, String)>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, password_hash FROM users WHERE email = $1");
        self.one("finding credentials", sql, values![email], |row| Ok((user(row)?, row.text(5)?))).await
    }

    /// Remembers a session; those of the user that have ended are forgotten.
    pub async fn begin_session(&self, new: NewSession) -> Result<(), StoreError> {
        let forget = Statement::new(
            "DELETE FROM sessions WHERE user_id = $1 AND expires_at < $2",
            values![new.user_id, now_ms()],
        );
        self.write("beginning a session", vec![forget, insert(new)]).await.map(|_| ())
    }

    /// Exchanges a refresh token for the next of its family. One that was used before ends the whole family: somebody
    /// else holds a copy. `None`: not valid.
    pub async fn renew_session(&self, digest: String, next_digest: String) -> Result<Option<User>, StoreError> {
        let doing = "renewing a session";
        let now = now_ms();
        let sql = "SELECT family, user_id, expires_at, used_at FROM sessions WHERE token_digest = $1";
        let read = |row: &Row| Ok((row.text(0)?, row.parsed(1, "an id")?, row.int(2)?, row.optional_int(3)?));
        let Some((family, user_id, expires_at_ms, _)) = self.one(doing, sql, values![digest.clone()], read).await?
        else {
            return Ok(None);
        };
        let used = "the token was used before";
        let take = "UPDATE sessions SET used_at = $2 WHERE token_digest = $1 AND used_at IS NULL AND expires_at > $2";
        let take = Statement::new(take, values![digest, now]).or_conflict(used);
        let next = NewSession { token_digest: next_digest, family: family.clone(), user_id, expires_at_ms };
        match self.write(doing, vec![take, insert(next)]).await {
            Ok(_) => self.user(user_id).await,
            Err(StoreError::Conflict(_)) => {
                self.end_family(family).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the session of a refresh token; unknown ones are no fault.
    pub async fn end_session(&self, digest: String) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE family = (SELECT family FROM sessions WHERE token_digest = $1)";
        self.write("ending a session", vec![Statement::new(sql, values![digest])]).await.map(|_| ())
    }

    async fn end_family(&self, family: String) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE family = $1";
        self.write("ending a family of sessions", vec![Statement::new(sql, values![family])]).await.map(|_| ())
    }
}

fn insert(new: NewSession) -> Statement {
    let sql = "INSERT INTO sessions (token_digest, family, user_id, expires_at) VALUES ($1, $2, $3, $4)";
    Statement::new(sql, values![new.token_digest, new.family, new.user_id, new.expires_at_ms])
}
