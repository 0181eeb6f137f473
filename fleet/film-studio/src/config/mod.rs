//! The service's own settings, beside those that every service has.

use std::time::Duration;

use fleet_kit::config::{Faults, Profile, Reader, Secret, ServerConfig, Settings, Shown};

use crate::release::Release;

mod database;

pub use database::Database;

/// The name in messages, health and logs.
pub const SERVICE: &str = "film-studio";
const DEFAULT_PORT: u16 = 3000;

/// Everything the service needs to start.
pub struct Config {
    /// Address, limits, drain, logs.
    pub server: ServerConfig,
    /// Which release this is.
    pub release: Release,
    /// The version it states.
    pub version: String,
    /// `DATABASE_URL` and how it is used.
    pub database: Database,
    /// `REDIS_URL`; none: what is cached is cached in this process.
    pub redis: Option<Secret>,
    /// Apply pending migrations on start.
    pub migrate_on_start: bool,
    /// Signs tokens.
    pub jwt_secret: Secret,
    /// Also accepted on tokens, while a rotation is under way.
    pub jwt_secret_previous: Option<Secret>,
    /// How long a token is good for.
    pub token_lifetime: Duration,
    /// Whether people may register themselves.
    pub registration_open: bool,
    /// The first operator, created on start if missing.
    pub operator: Option<(String, Secret)>,
    /// Requests a minute of each client; 0: no limit.
    pub requests_per_minute: u32,
    /// Attempts to sign in a minute, of each client at each account.
    pub logins_per_minute: u32,
    /// How large a script may be.
    pub script_bytes_most: usize,
}

impl Config {
    /// Reads everything and gives it with what may be shown, or every fault.
    pub fn read(settings: Settings, release: Release) -> Result<(Config, Vec<Shown>), Faults> {
        let mut reader = Reader::new(settings);
        let server = ServerConfig::read(&mut reader, DEFAULT_PORT);
        let profile = server.profile;
        let (jwt_secret, jwt_secret_previous) = read_keys(&mut reader, profile);
        let config = Config {
            release,
            version: read_version(&mut reader, release),
            database: database::read(&mut reader),
            redis: read_redis(&mut reader),
            migrate_on_start: reader.truth("MIGRATE_ON_START", profile == Profile::Dev),
            jwt_secret,
            jwt_secret_previous,
            token_lifetime: reader.seconds("TOKEN_LIFETIME_SECONDS", 12.0 * 3600.0, 30.0 * 86_400.0),
            registration_open: reader.truth("REGISTRATION_OPEN", profile == Profile::Dev),
            operator: read_operator(&mut reader, profile),
            requests_per_minute: reader.parsed("RATE_LIMIT_PER_MINUTE", 6000, "requests a minute; 0 for no limit"),
            logins_per_minute: read_logins(&mut reader),
            script_bytes_most: read_script_limit(&mut reader),
            server,
        };
        let shown = reader.finish(SERVICE)?;
        Ok((config, shown))
    }
}

fn read_version(reader: &mut Reader, release: Release) -> String {
    let version = reader.text_or("FILM_STUDIO_VERSION", release.version());
    if !is_plain(&version) {
        reader.fault("FILM_STUDIO_VERSION", "is no version; give letters, digits and `._+-`, at most 64");
    }
    version
}

/// Whether a version can be shown anywhere as it is.
pub fn is_plain(version: &str) -> bool {
    (1..=64).contains(&version.len()) && version.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}

fn read_redis(reader: &mut Reader) -> Option<Secret> {
    let url = reader.secret("REDIS_URL")?;
    if let Err(error) = fleet_kit::redis::Redis::check_address(&url) {
        reader.fault("REDIS_URL", format!("cannot be used: {error}"));
    }
    Some(url)
}

fn read_keys(reader: &mut Reader, profile: Profile) -> (Secret, Option<Secret>) {
    let current = reader.key("JWT_SECRET");
    let previous = reader.key("JWT_SECRET_PREVIOUS");
    match (&current, &previous) {
        (None, _) if profile.is_strict() => {
            reader.fault("JWT_SECRET", "is missing: it signs the tokens; `openssl rand -hex 32` makes one");
        }
        (None, Some(_)) => {
            reader.fault("JWT_SECRET_PREVIOUS", "is set without `JWT_SECRET`; set both during a rotation");
        }
        (Some(current), Some(previous)) if current.expose() == previous.expose() => {
            reader.fault("JWT_SECRET_PREVIOUS", "is the same as `JWT_SECRET`; remove it, or rotate `JWT_SECRET`");
        }
        _ => {}
    }
    // In dev a secret of this process alone will do: tokens end with it.
    (current.unwrap_or_else(|| Secret::new(hex::encode(rand::random::<[u8; 32]>()))), previous)
}

fn read_operator(reader: &mut Reader, profile: Profile) -> Option<(String, Secret)> {
    let email = reader.text("OPERATOR_EMAIL");
    let password = reader.secret("OPERATOR_PASSWORD");
    if password.is_some() && profile == Profile::Production {
        let what = "is set in production, where no account is made from the environment; remove it";
        reader.fault("OPERATOR_PASSWORD", what);
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

fn read_logins(reader: &mut Reader) -> u32 {
    let most = reader.parsed("LOGINS_PER_MINUTE", 30, "attempts a minute");
    if most == 0 {
        reader.fault("LOGINS_PER_MINUTE", "is 0, so nobody could sign in; give 1 or more");
    }
    most
}

fn read_script_limit(reader: &mut Reader) -> usize {
    let most = reader.parsed("SCRIPT_LIMIT_BYTES", 2 << 20, "a whole number of bytes");
    if !(1024..=16 << 20).contains(&most) {
        reader.fault("SCRIPT_LIMIT_BYTES", format!("is {most}; give 1024 to 16777216"));
    }
    most
}
