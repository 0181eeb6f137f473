//! The service's own settings, beside those that every service has.

use std::path::PathBuf;
use std::time::Duration;

use fleet_kit::config::{Faults, Profile, Reader, Secret, ServerConfig, Settings, Shown};

use crate::version;

/// Everything the service needs to start.
pub struct Config {
    /// Address, limits, drain, logs.
    pub server: ServerConfig,
    /// The version it states.
    pub version: String,
    /// The SQLite file that `DATABASE_URL` names.
    pub database: PathBuf,
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
    /// Created on start if missing.
    pub admin: Option<(String, Secret)>,
}

/// The name in messages, health and logs.
pub const SERVICE: &str = "asset-manager";
const DEFAULT_PORT: u16 = 8080;

impl Config {
    /// Reads everything and gives it with what may be shown, or every fault.
    pub fn read(settings: Settings) -> Result<(Config, Vec<Shown>), Faults> {
        let mut reader = Reader::new(settings);
        let server = ServerConfig::read(&mut reader, DEFAULT_PORT);
        let profile = server.profile;
        read_media_storage(&mut reader, profile);
        let (jwt_secret, jwt_secret_previous) = read_keys(&mut reader, profile);
        let config = Config {
            version: read_version(&mut reader),
            database: read_database(&mut reader, profile),
            migrate_on_start: reader.truth("MIGRATE_ON_START", profile == Profile::Dev),
            jwt_secret,
            jwt_secret_previous,
            token_lifetime: reader.seconds("TOKEN_LIFETIME_SECONDS", 12.0 * 3600.0, 30.0 * 86_400.0),
            registration_open: reader.truth("REGISTRATION_OPEN", profile == Profile::Dev),
            admin: read_admin(&mut reader, profile),
            server,
        };
        let shown = reader.finish(SERVICE)?;
        Ok((config, shown))
    }
}

fn read_version(reader: &mut Reader) -> String {
    let version = reader.text_or("ASSET_MANAGER_VERSION", env!("CARGO_PKG_VERSION"));
    if !version::is_plain(&version) {
        reader.fault("ASSET_MANAGER_VERSION", "is no version; give letters, digits and `._+-`, at most 64");
    }
    version
}

fn read_database(reader: &mut Reader, profile: Profile) -> PathBuf {
    let home = reader.text_or("ASSET_MANAGER_HOME", ".asset-manager");
    let Some(url) = reader.secret("DATABASE_URL") else {
        if profile.is_strict() {
            reader.fault(
                "DATABASE_URL",
                format!("is missing, which only `dev` allows; in {profile} give `sqlite:/path/to/file.db`"),
            );
        }
        return PathBuf::from(home).join("asset-manager.db");
    };
    // The URL is not repeated in messages: it may hold a password.
    let path = url.expose().strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest));
    match path {
        Some(path) if !path.is_empty() && !path.contains(['?', '\0']) && path != ":memory:" => PathBuf::from(path),
        _ => {
            reader.fault(
                "DATABASE_URL",
                "names no SQLite file; give `sqlite:/path/to/file.db` (this version stores in SQLite only)",
            );
            PathBuf::new()
        }
    }
}

fn read_keys(reader: &mut Reader, profile: Profile) -> (Secret, Option<Secret>) {
    let current = reader.key("JWT_SECRET");
    let previous = reader.key("JWT_SECRET_PREVIOUS");
    match (&current, &previous) {
        (None, _) if profile.is_strict() => {
            reader.fault("JWT_SECRET", "is missing: it signs the tokens; `openssl rand -hex 32` makes one");
        }
        (None, Some(_)) => {
            reader.fault("JWT_SECRET_PREVIOUS", "is set without `JWT_SECRET`; set both during a rotation")
        }
        (Some(current), Some(previous)) if current.expose() == previous.expose() => {
            reader.fault("JWT_SECRET_PREVIOUS", "is the same as `JWT_SECRET`; remove it, or rotate `JWT_SECRET`");
        }
        _ => {}
    }
    // In dev a secret of this process alone will do: tokens end with it.
    (current.unwrap_or_else(|| Secret::new(hex::encode(rand::random::<[u8; 32]>()))), previous)
}

fn read_admin(reader: &mut Reader, profile: Profile) -> Option<(String, Secret)> {
    let email = reader.text("ADMIN_EMAIL");
    let password = reader.secret("ADMIN_PASSWORD");
    if password.is_some() && profile == Profile::Production {
        reader
            .fault("ADMIN_PASSWORD", "is set in production, where no account is made from the environment; remove it");
    }
    if let Some(email) = email.as_ref().filter(|email| !email.contains('@')) {
        reader.fault("ADMIN_EMAIL", format!("is `{email}`, which is no e-mail address"));
    }
    if password.as_ref().is_some_and(|password| password.expose().chars().count() < 10) {
        reader.fault("ADMIN_PASSWORD", "is too short; give at least 10 characters");
    }
    match (email, password) {
        (Some(email), Some(password)) => return Some((email.to_lowercase(), password)),
        (Some(_), None) => reader.fault("ADMIN_PASSWORD", "is missing beside `ADMIN_EMAIL`; set both or none"),
        (None, Some(_)) => reader.fault("ADMIN_EMAIL", "is missing beside `ADMIN_PASSWORD`; set both or none"),
        (None, None) => {}
    }
    None
}

/// Where media will be stored. This version takes no uploads, but a half-said place is a fault already.
fn read_media_storage(reader: &mut Reader, profile: Profile) {
    let bucket = reader.text("S3_BUCKET");
    let region = reader.text("S3_REGION");
    match (&bucket, &region) {
        (Some(_), None) => reader.fault("S3_REGION", "is missing beside `S3_BUCKET`; set both or none"),
        (None, Some(_)) => reader.fault("S3_BUCKET", "is missing beside `S3_REGION`; set both or none"),
        (None, None) if profile == Profile::Production => {
            reader.fault("S3_BUCKET", "is missing: production keeps media in a bucket (with `S3_REGION`)");
        }
        _ => {}
    }
}
