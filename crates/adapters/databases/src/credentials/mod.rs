//! Users of servers and their passwords: made valid, tried, watched and revoked, for rotations in which two users take turns.
//!
//! Passwords reach a server as hashes wherever it takes them so: no statement log ever holds one. Every act may be done twice.

mod mysql;
mod postgres;
mod redis;
mod resp;

use std::future::Future;

use callsheet_base::Secret;
use url::Url;

/// A kind of server with users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// PostgreSQL.
    Postgres,
    /// MariaDB and MySQL.
    Mysql,
    /// Redis.
    Redis,
}

/// A connection's address of somebody who may change users.
#[derive(Clone, Debug)]
pub struct Admin {
    server: Server,
    url: Secret<String>,
}

/// Why a user was not changed or did not get in; never with a password in its words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Nobody answers, or who asks is not let in.
    #[error("cannot log in to {place}: {cause}")]
    LogIn {
        /// The server, without credentials.
        place: String,
        /// Its words.
        cause: String,
    },
    /// The server said no.
    #[error("{place} refused: {cause}")]
    Refused {
        /// The server, without credentials.
        place: String,
        /// Its words.
        cause: String,
    },
    /// No such user.
    #[error("{place} has no user `{user}`: make it first, with the rights of the other one and no password")]
    NoUser {
        /// The server, without credentials.
        place: String,
        /// Who is missing.
        user: String,
    },
}

impl Admin {
    /// Of that address.
    pub fn new(server: Server, url: Secret<String>) -> Admin {
        Admin { server, url }
    }

    /// Makes the password the user's, and lets the user in.
    pub fn admit(&self, user: &str, password: &Secret<String>) -> Result<(), CredentialError> {
        match self.server {
            Server::Postgres => block(postgres::admit(self, user, password)),
            Server::Mysql => block(mysql::admit(self, user, password)),
            Server::Redis => redis::admit(self, user, password),
        }
    }

    /// Lets the user in no more: no password, no login, and sessions that are left are ended.
    pub fn retire(&self, user: &str) -> Result<(), CredentialError> {
        match self.server {
            Server::Postgres => block(postgres::retire(self, user)),
            Server::Mysql => block(mysql::retire(self, user)),
            Server::Redis => redis::retire(self, user),
        }
    }

    /// How many sessions the user has open now.
    pub fn sessions(&self, user: &str) -> Result<u64, CredentialError> {
        match self.server {
            Server::Postgres => block(postgres::sessions(self, user)),
            Server::Mysql => block(mysql::sessions(self, user)),
            Server::Redis => redis::sessions(self, user),
        }
    }

    /// The same server's address for another user.
    pub fn address_for(&self, user: &str, password: &Secret<String>) -> Result<Secret<String>, CredentialError> {
        let wrong = || self.log_in_failed("its address is no URL".to_owned());
        let mut url = Url::parse(self.url.expose()).map_err(|_| wrong())?;
        url.set_username(user).map_err(|()| wrong())?;
        // The library leaves a `%` of the password as it is.
        let encoded = Secret::new(percent_encoded(password.expose()));
        url.set_password(Some(encoded.expose())).map_err(|()| wrong())?;
        Ok(Secret::new(url.into()))
    }

    fn place(&self) -> String {
        place(self.server, &self.url)
    }

    fn log_in_failed(&self, cause: String) -> CredentialError {
        CredentialError::LogIn { place: self.place(), cause }
    }

    fn refused(&self, cause: String) -> CredentialError {
        CredentialError::Refused { place: self.place(), cause }
    }

    fn no_user(&self, user: &str) -> CredentialError {
        CredentialError::NoUser { place: self.place(), user: user.to_owned() }
    }
}

/// Logs in for real, asks something, and leaves.
pub fn log_in(server: Server, url: &Secret<String>) -> Result<(), CredentialError> {
    let user = Admin::new(server, url.clone());
    match server {
        Server::Postgres => block(postgres::log_in(&user)),
        Server::Mysql => block(mysql::log_in(&user)),
        Server::Redis => redis::log_in(&user),
    }
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn place(server: Server, url: &Secret<String>) -> String {
    let (kind, port) = match server {
        Server::Postgres => ("PostgreSQL", 5432),
        Server::Mysql => ("MariaDB", 3306),
        Server::Redis => ("Redis", 6379),
    };
    match Url::parse(url.expose()) {
        Ok(url) => {
            let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("a local socket");
            format!("{kind} at {host}:{}", url.port().unwrap_or(port))
        }
        Err(_) => format!("{kind} at an unreadable address"),
    }
}

/// On a thread and a runtime of its own, so that it may be called from anywhere.
fn block<T: Send>(task: impl Future<Output = Result<T, CredentialError>> + Send) -> Result<T, CredentialError> {
    let failed = |cause: String| CredentialError::LogIn { place: "the server".to_owned(), cause };
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| failed(error.to_string()))?.block_on(task)
    };
    std::thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|_| Err(failed("its thread ended".to_owned())))
}
