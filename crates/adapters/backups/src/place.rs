//! Where a database is, as its engine's own programs are told: by their environment, never with a password on their command line.

use std::path::PathBuf;
use std::process::Command;

use callsheet_backups::Engine;
use callsheet_base::Secret;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::BackupError;

/// A database's address, read.
#[derive(Clone, Debug)]
pub enum Place {
    /// PostgreSQL, MySQL, MariaDB or Redis.
    Server(Server),
    /// A file of SQLite's.
    File(PathBuf),
}

/// A server, and a database of it.
#[derive(Clone, Debug)]
pub struct Server {
    engine: Engine,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) user: Option<String>,
    password: Option<Secret<String>>,
    pub(crate) database: String,
    /// What the address asks besides.
    settings: Vec<(String, String)>,
    tls: bool,
}

impl Place {
    /// Reads an address as services write it: `postgres://`, `mysql://`, `mariadb://`, `redis://`, `rediss://`, `sqlite:` or a path.
    pub fn parse(text: &str) -> Result<Place, BackupError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Place::File(PathBuf::from(path.split('?').next().unwrap_or_default())));
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Place::File(PathBuf::from(text))) };
        let scheme = scheme.split('+').next().unwrap_or_default();
        let engine = match scheme {
            "postgres" | "postgresql" => Engine::Postgres,
            "mysql" | "mariadb" => Engine::Mysql,
            "redis" | "rediss" => Engine::Redis,
            other => {
                return Err(BackupError::Address(format!("`{other}` is no kind of database that can be backed up")));
            }
        };
        // The parser's own error may hold the address, and so the password.
        let not_a_url = || BackupError::Address("the database's address is no URL".to_owned());
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| not_a_url())?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let some = |text: &str| Some(decoded(text)).filter(|text| !text.is_empty());
        Ok(Place::Server(Server {
            engine,
            host: url.host_str().and_then(some),
            port: url.port(),
            user: some(url.username()),
            password: url.password().and_then(some).map(Secret::new),
            database: decoded(url.path().trim_start_matches('/')),
            settings: url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
            tls: scheme == "rediss",
        }))
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Place::Server(server) => server.engine,
            Place::File(_) => Engine::Sqlite,
        }
    }

    /// For people, without a password.
    pub fn describe(&self) -> String {
        match self {
            Place::File(path) => path.display().to_string(),
            Place::Server(server) => {
                let scheme = match server.engine {
                    Engine::Postgres => "postgres",
                    Engine::Mysql => "mysql",
                    Engine::Redis | Engine::Sqlite => "redis",
                };
                let host = server.host.as_deref().unwrap_or("localhost");
                let port = server.port.map(|port| format!(":{port}")).unwrap_or_default();
                format!("{scheme}://{host}{port}/{}", server.database)
            }
        }
    }
}

impl Server {
    fn setting(&self, names: &[&str]) -> Option<&str> {
        let found = self.settings.iter().find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, value)| value.as_str())
    }

    /// A server on a socket in `folder`, reached without a password.
    pub(crate) fn on_socket(engine: Engine, folder: &str, user: &str, database: &str) -> Server {
        Server {
            engine,
            host: Some(folder.to_owned()),
            port: None,
            user: Some(user.to_owned()),
            password: None,
            database: database.to_owned(),
            settings: Vec::new(),
            tls: false,
        }
    }

    /// Tells a program of PostgreSQL's where to go.
    pub(crate) fn tell_postgres(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        let set = [
            ("PGHOST", self.setting(&["host"]).map(str::to_owned).or_else(|| self.host.clone())),
            ("PGPORT", self.setting(&["port"]).map(str::to_owned).or_else(|| self.port.map(|port| port.to_string()))),
            ("PGUSER", self.user.clone()),
            ("PGPASSWORD", self.password.as_ref().map(|password| password.expose().clone())),
            ("PGDATABASE", Some(self.database.clone()).filter(|name| !name.is_empty())),
            ("PGSSLMODE", self.setting(&["sslmode"]).map(str::to_owned)),
            ("PGSSLROOTCERT", self.setting(&["sslrootcert"]).map(str::to_owned)),
            ("PGSSLCERT", self.setting(&["sslcert"]).map(str::to_owned)),
            ("PGSSLKEY", self.setting(&["sslkey"]).map(str::to_owned)),
            ("PGCHANNELBINDING", self.setting(&["channel_binding"]).map(str::to_owned)),
            ("PGOPTIONS", self.setting(&["options"]).map(str::to_owned)),
        ];
        command.envs(set.into_iter().filter_map(|(name, value)| Some((name, value?))));
        command.env("PGAPPNAME", "callsheet backup").env("PGCONNECT_TIMEOUT", "30").env("LC_ALL", "C");
    }

    /// Tells a program of MariaDB's where to go; must come before other arguments.
    pub(crate) fn tell_mysql(&self, command: &mut Command) {
        command.arg("--no-defaults");
        match self.host.as_deref() {
            Some(socket) if socket.starts_with('/') => {
                command.arg(format!("--socket={socket}")).arg("--protocol=socket");
            }
            Some(host) => {
                command.arg(format!("--host={host}")).arg("--protocol=tcp");
            }
            None => {}
        }
        if let Some(port) = self.port {
            command.arg(format!("--port={port}"));
        }
        if let Some(user) = &self.user {
            command.arg(format!("--user={user}"));
        }
        let mode = self.setting(&["ssl-mode", "ssl_mode", "sslmode"]).unwrap_or_default();
        let tls: &[&str] = match mode.to_ascii_lowercase().replace('_', "-").as_str() {
            "required" | "require" => &["--ssl"],
            "verify-ca" | "verify-identity" | "verify-full" => &["--ssl", "--ssl-verify-server-cert"],
            "disabled" | "disable" => &["--skip-ssl"],
            _ => &[],
        };
        command.args(tls);
        if let Some(authority) = self.setting(&["ssl-ca", "ssl_ca", "sslrootcert"]) {
            command.arg(format!("--ssl-ca={authority}"));
        }
        command.arg("--default-character-set=utf8mb4");
        match &self.password {
            Some(password) => command.env("MYSQL_PWD", password.expose()),
            None => command.env_remove("MYSQL_PWD"),
        };
    }

    /// Tells a program of Redis' where to go.
    pub(crate) fn tell_redis(&self, command: &mut Command) {
        match self.host.as_deref() {
            Some(socket) if socket.starts_with('/') => command.args(["-s", socket]),
            Some(host) => command.args(["-h", host]),
            None => command,
        };
        if let Some(port) = self.port {
            command.args(["-p", &port.to_string()]);
        }
        if let Some(user) = &self.user {
            command.args(["--user", user]);
        }
        if self.tls {
            command.args(["--tls", "--sni", self.host.as_deref().unwrap_or("localhost")]);
        }
        match &self.password {
            Some(password) => command.env("REDISCLI_AUTH", password.expose()),
            None => command.env_remove("REDISCLI_AUTH"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_without_their_password() {
        let place = Place::parse("postgresql+asyncpg://app:s%40nake@db:5433/shop?sslmode=require").unwrap();
        assert_eq!(place.describe(), "postgres://db:5433/shop");
        assert!(!format!("{place:?}").contains("nake"));
        let Place::Server(server) = place else { panic!("a server") };
        let mut command = Command::new("pg_dump");
        server.tell_postgres(&mut command);
        let told = |name: &str| {
            let found = command.get_envs().find(|(key, _)| *key == name);
            found.and_then(|(_, value)| value).map(|value| value.to_string_lossy().into_owned())
        };
        assert_eq!(told("PGPASSWORD").as_deref(), Some("s@nake"));
        assert_eq!((told("PGHOST").as_deref(), told("PGSSLMODE").as_deref()), (Some("db"), Some("require")));
        assert_eq!(command.get_args().count(), 0);
    }

    #[test]
    fn each_engine_is_known() {
        let engine = |text: &str| Place::parse(text).map(|place| place.engine()).ok();
        assert_eq!(engine("mariadb://u@h/d"), Some(Engine::Mysql));
        assert_eq!(engine("rediss://:p@h:6380/0"), Some(Engine::Redis));
        assert_eq!(engine("sqlite:///var/shop.db"), Some(Engine::Sqlite));
        assert_eq!(engine("var/shop.db"), Some(Engine::Sqlite));
        assert_eq!(engine("mongodb://h/d"), None);
    }
}
