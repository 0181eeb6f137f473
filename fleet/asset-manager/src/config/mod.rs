//! The service's own settings, beside those that every service has.

mod database;
mod storage;

use std::path::PathBuf;
use std::time::Duration;

use fleet_kit::config::{Faults, Profile, Reader, Secret, ServerConfig, Settings, Shown};

use crate::media::Place;
use crate::version;

pub use database::Database;

/// Everything the service needs to start.
pub struct Config {
    /// Address, limits, drain, logs.
    pub server: ServerConfig,
    /// The version it states.
    pub version: String,
    /// What `DATABASE_URL` names.
    pub database: Database,
    /// Where files are kept.
    pub media: Place,
    /// Where files lie until they are found sound.
    pub staging: PathBuf,
    /// Who makes pictures from words; none: the one built in.
    pub pictures: Option<PictureProvider>,
    /// How long an upload may take.
    pub upload_timeout: Duration,
    /// Apply pending migrations on start.
    pub migrate_on_start: bool,
    /// Signs tokens.
    pub jwt_secret: Secret,
    /// Also accepted on tokens, while a rotation is under way.
    pub jwt_secret_previous: Option<Secret>,
    /// How long a token is good for.
    pub token_lifetime: Duration,
    /// Attempts to sign in a minute, of each client at each account.
    pub sign_ins_per_minute: u32,
    /// Whether people may register themselves.
    pub registration_open: bool,
    /// Created on start if missing.
    pub admin: Option<(String, Secret)>,
}

/// A provider of pictures over HTTP.
pub struct PictureProvider {
    /// `IMAGE_PROVIDER_URL`; never shown, it may hold a key.
    pub url: Secret,
    /// `IMAGE_PROVIDER_API_KEY`, sent as a bearer token.
    pub key: Option<Secret>,
    /// `IMAGE_PROVIDER_TIMEOUT_SECONDS`, for each of three attempts.
    pub timeout: Duration,
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
        let home = PathBuf::from(reader.text_or("ASSET_MANAGER_HOME", ".asset-manager"));
        let media = storage::read(&mut reader, profile, &home);
        let (jwt_secret, jwt_secret_previous) = read_keys(&mut reader, profile);
        let config = Config {
            version: read_version(&mut reader),
            database: database::read(&mut reader, profile, &home),
            media,
            staging: reader.text("STAGING_FOLDER").map_or_else(|| home.join("staging"), PathBuf::from),
            pictures: read_pictures(&mut reader),
            upload_timeout: reader.seconds("UPLOAD_TIMEOUT_SECONDS", 3600.0, 86_400.0),
            migrate_on_start: reader.truth("MIGRATE_ON_START", profile == Profile::Dev),
            jwt_secret,
            jwt_secret_previous,
            token_lifetime: reader.seconds("TOKEN_LIFETIME_SECONDS", 12.0 * 3600.0, 30.0 * 86_400.0),
            sign_ins_per_minute: read_sign_ins(&mut reader),
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

fn read_sign_ins(reader: &mut Reader) -> u32 {
    let most = reader.parsed("SIGN_INS_PER_MINUTE", 30, "attempts a minute");
    if most == 0 {
        reader.fault("SIGN_INS_PER_MINUTE", "is 0, so nobody could sign in; give 1 or more");
    }
    most
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

fn read_pictures(reader: &mut Reader) -> Option<PictureProvider> {
    let url = reader.secret("IMAGE_PROVIDER_URL");
    let key = reader.secret("IMAGE_PROVIDER_API_KEY");
    let timeout = reader.seconds("IMAGE_PROVIDER_TIMEOUT_SECONDS", 8.0, 600.0);
    let Some(url) = url else {
        if key.is_some() {
            reader.fault("IMAGE_PROVIDER_URL", "is missing beside `IMAGE_PROVIDER_API_KEY`; set it, or remove the key");
        }
        return None;
    };
    if !url.expose().starts_with("https://") && !url.expose().starts_with("http://") {
        reader.fault("IMAGE_PROVIDER_URL", "is no address; give one that starts with `https://`");
    }
    Some(PictureProvider { url, key, timeout })
}
