//! The service's own settings, beside those that every service has.

mod address;
mod database;
mod keys;
mod sessions;

use std::path::PathBuf;
use std::time::Duration;

use fleet_kit::config::{Faults, Profile, Reader, Secret, ServerConfig, Settings, Shown};

use crate::generation::Generation;
use crate::version;

pub use keys::KeySet;

/// Everything the service needs to start.
pub struct Config {
    /// Address, limits, drain, logs.
    pub server: ServerConfig,
    /// The version it states.
    pub version: String,
    /// `DATABASE_URL` with the user of `DATABASE_USER` and the password of `SUPABASE_KEY`, if they are given.
    pub database: Secret,
    /// `DATABASE_POOL_SIZE`.
    pub connections_most: usize,
    /// `REDIS_URL`, likewise with `REDIS_USER` and `REDIS_PASSWORD`; none, in dev alone: the stand-in within the process.
    pub redis: Option<Secret>,
    /// Apply the release's migrations on start, where Callsheet does not keep the history.
    pub migrate_on_start: bool,
    /// `SESSION_SECRET…`: sign sessions.
    pub session_keys: KeySet,
    /// `AFM_KEY…`: seal tax numbers.
    pub afm_keys: KeySet,
    /// An unused session ends after this.
    pub session_lifetime: Duration,
    /// `SIGN_INS_PER_MINUTE`, for each address and account.
    pub sign_ins_per_minute: u64,
    /// `REQUESTS_PER_MINUTE`, for each client; 0 is no limit.
    pub requests_per_minute: u32,
    /// Where uploads lie until they are found sound.
    pub staging: PathBuf,
    /// How long an upload or a download may take.
    pub upload_timeout: Duration,
    /// Made on start if missing.
    pub admin: Option<(String, Secret)>,
}

/// The name in messages, health and logs.
pub const SERVICE: &str = "grants";
const DEFAULT_PORT: u16 = 8083;

impl Config {
    /// Reads everything and gives it with what may be shown, or every fault.
    pub fn read(settings: Settings, generation: Generation) -> Result<(Config, Vec<Shown>), Faults> {
        let mut reader = Reader::new(settings);
        let server = ServerConfig::read(&mut reader, DEFAULT_PORT);
        let profile = server.profile;
        let (database, connections_most) = database::read(&mut reader);
        let config = Config {
            version: read_version(&mut reader, generation),
            database,
            connections_most,
            redis: sessions::read(&mut reader, profile),
            migrate_on_start: reader.truth("MIGRATE_ON_START", false),
            session_keys: KeySet::read(&mut reader, profile, keys::SESSION),
            afm_keys: KeySet::read(&mut reader, profile, keys::AFM),
            session_lifetime: reader.seconds("SESSION_LIFETIME_SECONDS", 12.0 * 3600.0, 30.0 * 86_400.0),
            sign_ins_per_minute: reader.parsed("SIGN_INS_PER_MINUTE", 10, "a whole number"),
            requests_per_minute: reader.parsed("REQUESTS_PER_MINUTE", 0, "a whole number; 0 is no limit"),
            staging: reader.text("STAGING_FOLDER").map_or_else(|| std::env::temp_dir().join("grants"), PathBuf::from),
            upload_timeout: reader.seconds("UPLOAD_TIMEOUT_SECONDS", 600.0, 86_400.0),
            admin: read_admin(&mut reader, profile),
            server,
        };
        let shown = reader.finish(SERVICE)?;
        Ok((config, shown))
    }
}

fn read_version(reader: &mut Reader, generation: Generation) -> String {
    let version = reader.text_or("GRANTS_VERSION", generation.version());
    if !version::is_plain(&version) {
        reader.fault("GRANTS_VERSION", "is no version; give letters, digits and `._+-`, at most 64");
    }
    version
}

fn read_admin(reader: &mut Reader, profile: Profile) -> Option<(String, Secret)> {
    let email = reader.text("ADMIN_EMAIL");
    let password = reader.secret("ADMIN_PASSWORD");
    if password.is_some() && profile == Profile::Production {
        let what = "is set in production, where no account is made from the environment; remove it (`grants add-user` makes one)";
        reader.fault("ADMIN_PASSWORD", what);
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
