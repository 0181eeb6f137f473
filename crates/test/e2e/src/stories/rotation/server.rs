//! The servers whose users take turns, and logging in to them as anybody would: with their own clients.

use std::process::{Command, Stdio};

use callsheet_servers::{Mariadb, Postgres, Redis};

use crate::Broken;

/// What is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Two keys of a service that signs.
    Keys,
    /// Two roles of PostgreSQL.
    Postgres,
    /// Two accounts of MariaDB.
    Mariadb,
    /// Two users of Redis.
    Redis,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::Keys, Kind::Postgres, Kind::Mariadb, Kind::Redis];
}

/// A server that runs, or none.
pub(super) enum Server {
    Nothing,
    Postgres(Postgres),
    Mariadb(Mariadb),
    Redis(Redis),
}

impl Server {
    /// With the users `shop_a` and `shop_b`, who cannot log in yet.
    pub(super) fn start(kind: Kind) -> Server {
        match kind {
            Kind::Keys => Server::Nothing,
            Kind::Postgres => {
                let server = Postgres::start(&["log_statement=all"]);
                let users =
                    "CREATE ROLE shop NOLOGIN; CREATE ROLE shop_a IN ROLE shop; CREATE ROLE shop_b IN ROLE shop";
                assert!(psql("postgres", "postgres", server.port(), users).success(), "the roles are made");
                Server::Postgres(server)
            }
            Kind::Mariadb => {
                let server = Mariadb::start();
                let users = "CREATE USER shop_a@'%' ACCOUNT LOCK; CREATE USER shop_b@'%' ACCOUNT LOCK; \
                             GRANT SELECT ON app.* TO shop_a@'%'; GRANT SELECT ON app.* TO shop_b@'%'";
                assert!(mariadb("admin", "adminpassword", server.port(), users).success(), "the accounts are made");
                Server::Mariadb(server)
            }
            Kind::Redis => {
                let server = Redis::start();
                for user in ["shop_a", "shop_b"] {
                    server.command(&["ACL", "SETUSER", user, "reset", "+ping", "~shop:*"]);
                }
                Server::Redis(server)
            }
        }
    }

    /// What `callsheet.toml` says of it, and the administrator's address.
    pub(super) fn configuration(&self) -> Option<(&'static str, String)> {
        match self {
            Server::Nothing => None,
            Server::Postgres(server) => Some(("postgres", server.url())),
            Server::Mariadb(server) => Some(("mariadb", server.admin_url())),
            Server::Redis(server) => Some(("redis", server.url())),
        }
    }

    /// Lets the first user in, as an administrator did once.
    pub(super) fn admit(&self, user: &str, password: &str) {
        let admitted = match self {
            Server::Nothing => true,
            Server::Postgres(server) => {
                let sql = format!("ALTER ROLE {user} LOGIN PASSWORD '{password}'");
                psql("postgres", "postgres", server.port(), &sql).success()
            }
            Server::Mariadb(server) => {
                let sql = format!("ALTER USER {user}@'%' IDENTIFIED BY '{password}' ACCOUNT UNLOCK");
                mariadb("admin", "adminpassword", server.port(), &sql).success()
            }
            Server::Redis(server) => {
                server.command(&["ACL", "SETUSER", user, "on", "resetpass", &format!(">{password}")]) == "OK"
            }
        };
        assert!(admitted, "{user} is let in");
    }

    /// Whether the user gets in with that password.
    pub(super) fn lets_in(&self, user: &str, password: &str) -> Result<bool, Broken> {
        match self {
            Server::Nothing => Err("there is no server to log in to".to_owned()),
            Server::Postgres(server) => Ok(psql(user, password, server.port(), "SELECT 1").success()),
            Server::Mariadb(server) => Ok(mariadb(user, password, server.port(), "SELECT 1").success()),
            Server::Redis(server) => {
                let mut client = Command::new("redis-cli");
                client.args(["-h", "127.0.0.1", "-p", &server.port().to_string(), "--user", user, "PING"]);
                client.env("REDISCLI_AUTH", password).stdin(Stdio::null()).stderr(Stdio::null());
                let output = client.output().map_err(|error| error.to_string())?;
                Ok(output.stdout.starts_with(b"PONG"))
            }
        }
    }
}

fn psql(user: &str, password: &str, port: u16, sql: &str) -> std::process::ExitStatus {
    let mut client = Command::new("psql");
    client.args(["--no-psqlrc", "--quiet", "--host=127.0.0.1", "--dbname=postgres", "-v", "ON_ERROR_STOP=1"]);
    client.arg(format!("--port={port}")).arg(format!("--username={user}")).args(["--no-password", "--command", sql]);
    client.env("PGPASSWORD", password).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    client.status().expect("psql can be started")
}

fn mariadb(user: &str, password: &str, port: u16, sql: &str) -> std::process::ExitStatus {
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--database=app"]);
    client.arg(format!("--port={port}")).arg(format!("--user={user}")).args(["--execute", sql]);
    client.env("MYSQL_PWD", password).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    client.status().expect("mariadb can be started")
}
