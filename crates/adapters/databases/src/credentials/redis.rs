//! Users of Redis' access control lists.

use callsheet_base::Secret;
use ring::digest::{SHA256, digest};

use super::resp::{Connection, Reply};
use super::{Admin, CredentialError};

impl Admin {
    fn redis(&self) -> Result<Connection, CredentialError> {
        Connection::open(&self.url).map_err(|cause| self.log_in_failed(cause))
    }

    fn ask(&self, connection: &mut Connection, words: &[&str]) -> Result<Reply, CredentialError> {
        connection.ask(words).map_err(|cause| self.refused(cause))
    }
}

pub(super) fn admit(admin: &Admin, user: &str, password: &Secret<String>) -> Result<(), CredentialError> {
    let mut connection = admin.redis()?;
    exists(admin, &mut connection, user)?;
    let hash = digest(&SHA256, password.expose().as_bytes());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    admin.ask(&mut connection, &["ACL", "SETUSER", user, "on", "resetpass", &format!("#{hash}")])?;
    keep(admin, &mut connection)
}

pub(super) fn retire(admin: &Admin, user: &str) -> Result<(), CredentialError> {
    let mut connection = admin.redis()?;
    exists(admin, &mut connection, user)?;
    admin.ask(&mut connection, &["ACL", "SETUSER", user, "off", "resetpass"])?;
    admin.ask(&mut connection, &["CLIENT", "KILL", "USER", user])?;
    keep(admin, &mut connection)
}

pub(super) fn sessions(admin: &Admin, user: &str) -> Result<u64, CredentialError> {
    let mut connection = admin.redis()?;
    let Reply::Text(list) = admin.ask(&mut connection, &["CLIENT", "LIST"])? else { return Ok(0) };
    let wanted = format!("user={user}");
    Ok(list.lines().filter(|line| line.split(' ').any(|word| word == wanted)).count() as u64)
}

pub(super) fn log_in(user: &Admin) -> Result<(), CredentialError> {
    let mut connection = user.redis()?;
    // Its rights may be few; who it is every user may ask.
    user.ask(&mut connection, &["ACL", "WHOAMI"]).map(drop).or_else(|error| match error {
        CredentialError::Refused { cause, .. } if cause.starts_with("NOPERM") => Ok(()),
        error => Err(error),
    })
}

fn exists(admin: &Admin, connection: &mut Connection, user: &str) -> Result<(), CredentialError> {
    match admin.ask(connection, &["ACL", "GETUSER", user])? {
        Reply::Nothing => Err(admin.no_user(user)),
        Reply::Text(_) | Reply::Many => Ok(()),
    }
}

/// So that it outlives the server's restart: in its file of users, else in its configuration.
fn keep(admin: &Admin, connection: &mut Connection) -> Result<(), CredentialError> {
    let Err(no_file) = connection.ask(&["ACL", "SAVE"]) else { return Ok(()) };
    let Err(no_configuration) = connection.ask(&["CONFIG", "REWRITE"]) else { return Ok(()) };
    // A server that was started without any file forgets all users at its end anyway.
    let bare = no_configuration.contains("running without a config file");
    if bare { Ok(()) } else { Err(admin.refused(format!("the users are not kept: {no_file}; {no_configuration}"))) }
}
