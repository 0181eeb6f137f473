//! Accounts of MariaDB and MySQL. A name has an account for each host it may come from; all of them are changed together.

use callsheet_base::Secret;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Error};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{Admin, CredentialError};
use crate::mysql::{cause, tls};

/// A connection of an administrator.
struct Held<'a> {
    admin: &'a Admin,
    connection: Conn,
}

impl<'a> Held<'a> {
    async fn open(admin: &'a Admin) -> Result<Held<'a>, CredentialError> {
        let options = tls::options(admin.url.expose()).map_err(|error| admin.log_in_failed(error))?;
        let connection = tls::connect(options).await.map_err(|error| admin.log_in_failed(cause(&error)))?;
        Ok(Held { admin, connection })
    }

    async fn close(self) {
        // What was asked for is done; how the connection ends does not matter any more.
        drop(self.connection.disconnect().await);
    }

    async fn act(&mut self, sql: &str) -> Result<(), CredentialError> {
        self.connection.query_drop(sql).await.map_err(|error| refused(self.admin, &error))
    }

    /// `'user'@'host'` of each account.
    async fn accounts(&mut self, user: &str) -> Result<Vec<String>, CredentialError> {
        let found = self.connection.exec("SELECT Host FROM mysql.user WHERE User = ? ORDER BY Host", (user,)).await;
        let hosts: Vec<String> = found.map_err(|error| refused(self.admin, &error))?;
        if hosts.is_empty() {
            return Err(self.admin.no_user(user));
        }
        Ok(hosts.iter().map(|host| format!("{}@{}", quoted(user), quoted(host))).collect())
    }

    /// How the password is said: as a hash where the server takes one that every version knows.
    async fn identified(&mut self, password: &[u8]) -> Result<String, CredentialError> {
        let version: Option<String> =
            self.connection.query_first("SELECT VERSION()").await.map_err(|error| refused(self.admin, &error))?;
        if version.is_some_and(|version| version.contains("MariaDB")) {
            let twice = digest(&SHA1_FOR_LEGACY_USE_ONLY, digest(&SHA1_FOR_LEGACY_USE_ONLY, password).as_ref());
            let hex: String = twice.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
            return Ok(format!("IDENTIFIED BY PASSWORD '*{hex}'"));
        }
        // MySQL leaves the values of such statements out of its logs by itself.
        let text = String::from_utf8_lossy(password);
        Ok(format!("IDENTIFIED BY {}", quoted(&text)))
    }

    async fn open_sessions(&mut self, user: &str) -> Result<Vec<u64>, CredentialError> {
        let sql = "SELECT CAST(ID AS UNSIGNED) FROM information_schema.PROCESSLIST WHERE USER = ?";
        self.connection.exec(sql, (user,)).await.map_err(|error| refused(self.admin, &error))
    }
}

pub(super) async fn admit(admin: &Admin, user: &str, password: &Secret<String>) -> Result<(), CredentialError> {
    let mut held = Held::open(admin).await?;
    let identified = held.identified(password.expose().as_bytes()).await?;
    for account in held.accounts(user).await? {
        held.act(&format!("ALTER USER {account} {identified} ACCOUNT UNLOCK")).await?;
    }
    held.close().await;
    Ok(())
}

pub(super) async fn retire(admin: &Admin, user: &str) -> Result<(), CredentialError> {
    let mut held = Held::open(admin).await?;
    // A password that nobody knows.
    let mut nobody = [0; 32];
    let drawn = SystemRandom::new().fill(&mut nobody);
    drawn.map_err(|_| admin.refused("the system gives no random bytes".to_owned()))?;
    let text: String = nobody.iter().map(|byte| format!("{byte:02x}")).collect();
    let identified = held.identified(text.as_bytes()).await?;
    for account in held.accounts(user).await? {
        held.act(&format!("ALTER USER {account} {identified} ACCOUNT LOCK")).await?;
    }
    for session in held.open_sessions(user).await? {
        match held.connection.query_drop(format!("KILL {session}")).await {
            // It ended by itself meanwhile.
            Ok(()) | Err(Error::Server(_)) => {}
            Err(error) => return Err(refused(admin, &error)),
        }
    }
    held.close().await;
    Ok(())
}

pub(super) async fn sessions(admin: &Admin, user: &str) -> Result<u64, CredentialError> {
    let mut held = Held::open(admin).await?;
    let count = held.open_sessions(user).await?.len() as u64;
    held.close().await;
    Ok(count)
}

pub(super) async fn log_in(user: &Admin) -> Result<(), CredentialError> {
    let mut held = Held::open(user).await?;
    held.act("SELECT 1").await?;
    held.close().await;
    Ok(())
}

fn refused(admin: &Admin, error: &Error) -> CredentialError {
    admin.refused(cause(error))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
