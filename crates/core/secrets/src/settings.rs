//! What the configuration says about secrets and where they are kept; values never.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use callsheet_base::Duration;

use crate::rotation::Kind;
use crate::{SecretName, Window};

/// All that the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// `[secrets.NAME]`.
    pub secrets: BTreeMap<SecretName, Settings>,
    /// `[secret_stores.NAME]`.
    pub stores: BTreeMap<String, StoreSettings>,
}

/// What is said of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How it is rotated.
    pub how: How,
    /// The store that holds its values; [`LOCAL`] unless another is named.
    pub store: String,
    /// The services whose instances are started anew when it changes.
    pub services: Vec<String>,
    /// How old the version in use may become.
    pub max_age: Option<Duration>,
    /// When it may be rotated.
    pub window: Option<Window>,
    /// How long the version before stays valid after the last instance left it.
    pub overlap: Duration,
    /// How an address is made of it: `postgres://{user}:{password}@db/shop`.
    pub url: Option<String>,
    /// Commands that log in for real; `*.hurl` files are flows.
    pub verify: Vec<String>,
    /// A command that has it used by what Callsheet does not start itself.
    pub roll: Option<String>,
    /// How new values look.
    pub shape: Shape,
}

/// The store that needs no configuration.
pub const LOCAL: &str = "local";

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            how: How::Keys,
            store: LOCAL.to_owned(),
            services: Vec::new(),
            max_age: None,
            window: None,
            overlap: Duration::ZERO,
            url: None,
            verify: Vec::new(),
            roll: None,
            shape: Shape::default(),
        }
    }
}

/// How a secret is rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// The service accepts two keys.
    Keys,
    /// Two users of a server take turns.
    Users {
        /// Which server.
        engine: Engine,
        /// The address of a user who may change the two: `secret://NAME` or `$NAME`.
        admin: String,
        /// The two.
        users: [String; 2],
    },
    /// A person makes and revokes it.
    Manual {
        /// Commands that succeed when the new value works; they find it in `$SECRET`.
        accepted: Vec<String>,
        /// Commands that succeed when the old value is refused; they find it in `$SECRET`.
        refused: Vec<String>,
    },
}

impl How {
    /// The order of its stages.
    pub fn kind(&self) -> Kind {
        match self {
            How::Keys => Kind::Keys,
            How::Users { .. } => Kind::Users,
            How::Manual { .. } => Kind::Manual,
        }
    }

    /// The word in the configuration.
    pub fn word(&self) -> &'static str {
        match self {
            How::Keys => "keys",
            How::Users { engine: Engine::Postgres, .. } => "postgres",
            How::Users { engine: Engine::Mariadb, .. } => "mariadb",
            How::Users { engine: Engine::Redis, .. } => "redis",
            How::Manual { .. } => "manual",
        }
    }

    /// The user whose turn it is after `user`.
    pub fn other_user(&self, user: Option<&str>) -> Option<String> {
        match self {
            How::Users { users: [one, other], .. } => Some(if user == Some(one) { other } else { one }.clone()),
            How::Keys | How::Manual { .. } => None,
        }
    }
}

/// A server with users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MariaDB and MySQL.
    Mariadb,
    /// Redis.
    Redis,
}

/// How a new value looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Random bytes in it, 16 to 512.
    pub bytes: u16,
    /// How they are written.
    pub written: Written,
}

impl Default for Shape {
    fn default() -> Shape {
        Shape { bytes: 32, written: Written::Hex }
    }
}

/// How random bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Hexadecimal: fits everywhere, also into addresses.
    Hex,
    /// Base64 with the usual alphabet.
    Base64,
    /// Base64 with `-` and `_`, without `=`.
    Base64Url,
}

impl FromStr for Written {
    type Err = ();

    fn from_str(text: &str) -> Result<Written, ()> {
        match text {
            "hex" => Ok(Written::Hex),
            "base64" => Ok(Written::Base64),
            "base64url" => Ok(Written::Base64Url),
            _ => Err(()),
        }
    }
}

/// Where values are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreSettings {
    /// In the book itself, encrypted.
    Local,
    /// In this process's environment: read, never written.
    Environment,
    /// One file for each, as Kubernetes mounts them: read, never written.
    Files {
        /// Their folder; `{environment}` is filled in.
        folder: PathBuf,
    },
    /// HashiCorp Vault, key-value engine version 2.
    Vault {
        /// `https://vault:8200`.
        address: String,
        /// Where the engine is mounted.
        mount: String,
        /// Path of a secret below it; `{environment}` and `{name}` are filled in.
        path: String,
        /// The token: `$NAME`.
        token: String,
    },
    /// Another manager's own command. `{environment}`, `{name}` and `{version}` are filled in.
    Command {
        /// Prints the value.
        get: Vec<String>,
        /// Takes the value on standard input.
        set: Vec<String>,
        /// Destroys a version.
        destroy: Vec<String>,
    },
}
