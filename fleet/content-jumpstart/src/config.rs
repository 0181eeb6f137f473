//! The service's own settings, beside those that every service has.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fleet_kit::config::{Faults, Profile, Reader, Secret, ServerConfig, Settings, Shown};

use crate::release::{self, Release};

/// Everything the service needs to start.
pub struct Config {
    /// Address, limits, drain, logs.
    pub server: ServerConfig,
    /// The version it states.
    pub version: String,
    /// What `DATABASE_URL` names.
    pub database: Database,
    /// Apply pending migrations on start.
    pub migrate_on_start: bool,
    /// Signs access tokens; the second one is also accepted, while a rotation is under way.
    pub secret_key: Secret,
    pub secret_key_previous: Option<Secret>,
    pub access_lifetime: Duration,
    pub refresh_lifetime: Duration,
    /// Whether people may register themselves.
    pub registration_open: bool,
    /// Created on start if missing.
    pub operator: Option<(String, Secret)>,
    pub provider: ProviderChoice,
    pub requests_per_minute: u32,
    pub tokens_per_minute: u32,
    pub queue_most: usize,
    pub calls_most: usize,
    /// Requests of one signed-in user a minute.
    pub user_requests_per_minute: u32,
    /// A built front end to serve instead of the one in the program.
    pub web: Option<PathBuf>,
}

/// Where rows are kept.
#[derive(Clone, Debug)]
pub enum Database {
    /// `sqlite:/path/to/file.db`.
    Sqlite(PathBuf),
    /// `postgresql://…`, with how many connections at most.
    Postgres { url: Secret, connections_most: usize },
}

impl Database {
    /// As named to people; never an address, which may hold a password.
    pub fn shown(&self) -> String {
        match self {
            Database::Sqlite(path) => format!("`{}`", path.display()),
            Database::Postgres { .. } => "the PostgreSQL database".to_owned(),
        }
    }
}

/// Who writes posts.
pub enum ProviderChoice {
    /// The one built in.
    Template,
    /// A language model over HTTP.
    Anthropic { key: Secret, base_url: String, model: String, timeout: Duration, attempts_most: u32 },
}

/// The name in messages, health and logs.
pub const SERVICE: &str = "content-jumpstart";
const DEFAULT_PORT: u16 = 8090;

impl Config {
    /// Reads everything and gives it with what may be shown, or every fault.
    pub fn read(settings: Settings) -> Result<(Config, Vec<Shown>), Faults> {
        let mut reader = Reader::new(settings);
        let server = ServerConfig::read_with_origins(&mut reader, DEFAULT_PORT, "CORS_ORIGINS");
        let profile = server.profile;
        let home = PathBuf::from(reader.text_or("CONTENT_JUMPSTART_HOME", ".content-jumpstart"));
        let (secret_key, secret_key_previous) = read_keys(&mut reader, profile);
        let config = Config {
            version: read_version(&mut reader),
            database: read_database(&mut reader, profile, &home),
            migrate_on_start: reader.truth("MIGRATE_ON_START", profile == Profile::Dev),
            secret_key,
            secret_key_previous,
            access_lifetime: minutes(&mut reader, "ACCESS_TOKEN_EXPIRE_MINUTES", 30, 24 * 60),
            refresh_lifetime: minutes(&mut reader, "REFRESH_TOKEN_EXPIRE_MINUTES", 14 * 24 * 60, 365 * 24 * 60),
            registration_open: reader.truth("REGISTRATION_OPEN", profile == Profile::Dev),
            operator: read_operator(&mut reader, profile),
            provider: read_provider(&mut reader, profile),
            requests_per_minute: count(&mut reader, "RATE_LIMIT_REQUESTS_PER_MINUTE", 2800, 1_000_000),
            tokens_per_minute: count(&mut reader, "RATE_LIMIT_TOKENS_PER_MINUTE", 280_000, 1_000_000_000),
            queue_most: count(&mut reader, "RATE_LIMIT_QUEUE", 500, 100_000) as usize,
            calls_most: count(&mut reader, "MAX_CONCURRENT_API_CALLS", 20, 1000) as usize,
            user_requests_per_minute: count(&mut reader, "USER_REQUESTS_PER_MINUTE", 6000, 1_000_000),
            web: reader.text("WEB_DIST").map(PathBuf::from),
            server,
        };
        let shown = reader.finish(SERVICE)?;
        Ok((config, shown))
    }

    /// Which release the version belongs to.
    pub fn release(&self) -> Release {
        Release::of(&self.version)
    }
}

fn count(reader: &mut Reader, name: &'static str, default: u32, most: u32) -> u32 {
    let given = reader.parsed(name, default, "a whole number");
    if given == 0 || given > most {
        reader.fault(name, format!("is {given}; give 1 to {most}"));
        return default;
    }
    given
}

fn minutes(reader: &mut Reader, name: &'static str, default: u32, most: u32) -> Duration {
    Duration::from_secs(u64::from(count(reader, name, default, most)) * 60)
}

fn read_version(reader: &mut Reader) -> String {
    let version = reader.text_or("CONTENT_JUMPSTART_VERSION", release::BUILT);
    if !release::is_plain(&version) {
        reader.fault("CONTENT_JUMPSTART_VERSION", "is no version; give letters, digits and `._+-`, at most 64");
    }
    version
}

fn read_keys(reader: &mut Reader, profile: Profile) -> (Secret, Option<Secret>) {
    let current = reader.key("SECRET_KEY");
    let previous = reader.key("SECRET_KEY_PREVIOUS");
    match (&current, &previous) {
        (None, _) if profile.is_strict() => {
            reader.fault("SECRET_KEY", "is missing: it signs the tokens; `openssl rand -hex 32` makes one");
        }
        (None, Some(_)) => {
            reader.fault("SECRET_KEY_PREVIOUS", "is set without `SECRET_KEY`; set both during a rotation")
        }
        (Some(current), Some(previous)) if current.expose() == previous.expose() => {
            reader.fault("SECRET_KEY_PREVIOUS", "is the same as `SECRET_KEY`; remove it, or rotate `SECRET_KEY`");
        }
        _ => {}
    }
    // In dev a secret of this process alone will do: tokens end with it.
    (current.unwrap_or_else(|| Secret::new(hex::encode(rand::random::<[u8; 32]>()))), previous)
}

fn read_database(reader: &mut Reader, profile: Profile, home: &Path) -> Database {
    let connections_most = count(reader, "DB_POOL_SIZE", 10, 200) as usize;
    let Some(url) = reader.secret("DATABASE_URL") else {
        if profile.is_strict() {
            let what = format!(
                "is missing, which only `dev` allows; in {profile} give `postgresql://user:password@host/database` or `sqlite:/path/to/file.db`"
            );
            reader.fault("DATABASE_URL", what);
        }
        return Database::Sqlite(home.join("content-jumpstart.db"));
    };
    if let Some(path) = url.expose().strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if !path.is_empty() && !path.contains(['?', '\0']) && path != ":memory:" {
            return Database::Sqlite(PathBuf::from(path));
        }
    } else if ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme)) {
        // The URL is not repeated in messages: it may hold a password.
        if let Err(error) = fleet_kit::postgres::Pool::open(&url, SERVICE, 1) {
            reader.fault("DATABASE_URL", format!("cannot be used: {error}"));
        }
        return Database::Postgres { url, connections_most };
    }
    reader.fault(
        "DATABASE_URL",
        "names no database; give `postgresql://user:password@host/database` or `sqlite:/path/to/file.db`",
    );
    Database::Sqlite(PathBuf::new())
}

fn read_operator(reader: &mut Reader, profile: Profile) -> Option<(String, Secret)> {
    let email = reader.text("OPERATOR_EMAIL");
    let password = reader.secret("OPERATOR_PASSWORD");
    if password.is_some() && profile == Profile::Production {
        reader.fault(
            "OPERATOR_PASSWORD",
            "is set in production, where no account is made from the environment; remove it",
        );
    }
    if let Some(email) = email.as_ref().filter(|email| !email.contains('@')) {
        reader.fault("OPERATOR_EMAIL", format!("is `{email}`, which is no e-mail address"));
    }
    if password.as_ref().is_some_and(|password| password.expose().chars().count() < 10) {
        reader.fault("OPERATOR_PASSWORD", "is too short; give at least 10 characters");
    }
    match (email, password) {
        (Some(email), Some(password)) => return Some((email.to_lowercase(), password)),
        (Some(_), None) => reader.fault("OPERATOR_PASSWORD", "is missing beside `OPERATOR_EMAIL`; set both or none"),
        (None, Some(_)) => reader.fault("OPERATOR_EMAIL", "is missing beside `OPERATOR_PASSWORD`; set both or none"),
        (None, None) => {}
    }
    None
}

fn read_provider(reader: &mut Reader, profile: Profile) -> ProviderChoice {
    let choice = reader.text("PROVIDER");
    let key = reader.secret("ANTHROPIC_API_KEY");
    let base_url = reader.text_or("ANTHROPIC_BASE_URL", "https://api.anthropic.com");
    let model = reader.text_or("ANTHROPIC_MODEL", "claude-sonnet-4-5");
    let timeout = reader.seconds("ANTHROPIC_TIMEOUT_SECONDS", 30.0, 600.0);
    let attempts_most = count(reader, "ANTHROPIC_ATTEMPTS", 5, 20);
    if !base_url.starts_with("https://") && !base_url.starts_with("http://") {
        reader
            .fault("ANTHROPIC_BASE_URL", format!("is `{base_url}`; give an address like `https://api.anthropic.com`"));
    }
    let wants_model = match choice.as_deref() {
        Some("template") => false,
        Some("anthropic") => true,
        None => key.is_some() || profile == Profile::Production,
        Some(other) => {
            reader.fault("PROVIDER", format!("is `{other}`; give `anthropic`, or `template` for the writer built in"));
            false
        }
    };
    match key {
        _ if !wants_model => ProviderChoice::Template,
        Some(key) => {
            let base_url = base_url.trim_end_matches('/').to_owned();
            ProviderChoice::Anthropic { key, base_url, model, timeout, attempts_most }
        }
        None => {
            reader.fault("ANTHROPIC_API_KEY", "is missing; set it, or `PROVIDER=template` for the writer built in");
            ProviderChoice::Template
        }
    }
}
