//! The service's own settings, beside those that every service has.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fleet_kit::config::{Faults, Profile, Reader, Secret, ServerConfig, Settings, Shown};
use fleet_kit::redis::Redis;

use crate::generation::Generation;
use crate::version;

/// The name in messages, health and logs.
pub const SERVICE: &str = "video-editor";
const DEFAULT_PORT: u16 = 8086;
/// How video may be decoded by hardware, as FFmpeg calls it.
const ACCELERATIONS: [&str; 5] = ["auto", "cuda", "qsv", "vaapi", "vdpau"];

/// Everything the service needs to start.
pub struct Config {
    pub server: ServerConfig,
    /// The version it states.
    pub version: String,
    /// `DATABASE_URL`.
    pub database: Secret,
    pub connections_most: usize,
    pub migrate_on_start: bool,
    /// `REDIS_URL`; none: the stand-in within the process, in `dev` alone.
    pub redis: Option<Secret>,
    /// Signs tokens, and the one accepted beside it while a rotation is under way.
    pub jwt_secret: Secret,
    pub jwt_secret_previous: Option<Secret>,
    pub token_lifetime: Duration,
    pub registration_open: bool,
    /// Made on start if missing.
    pub operator: Option<(String, Secret)>,
    pub media: PathBuf,
    pub staging: PathBuf,
    pub upload_timeout: Duration,
    pub limits: MediaLimits,
    pub ffmpeg: FfmpegConfig,
    pub jobs: JobsConfig,
    pub requests_per_minute: u32,
}

/// What may be uploaded.
#[derive(Clone, Copy, Debug)]
pub struct MediaLimits {
    /// `MEDIA_DURATION_MOST_SECONDS`.
    pub duration_most: Duration,
}

/// FFmpeg and its flags.
#[derive(Clone, Debug)]
pub struct FfmpegConfig {
    /// `FFMPEG_PATH`.
    pub ffmpeg: PathBuf,
    /// `FFPROBE_PATH`.
    pub ffprobe: PathBuf,
    /// `FFMPEG_HWACCEL`, if `HARDWARE_ACCELERATION`.
    pub acceleration: Option<String>,
    /// `EXPERIMENTAL_CODECS`: AV1 may be exported.
    pub experimental_codecs: bool,
    /// `THUMBNAILS`: thumbnails are made of what is uploaded.
    pub thumbnails: bool,
}

/// The durable queue.
#[derive(Clone, Debug)]
pub struct JobsConfig {
    /// `JOB_WORKERS`: how many this instance works on at a time; 0: none.
    pub workers: usize,
    /// `JOB_LEASE_SECONDS`: a worker that shows no sign of life for so long has lost its job.
    pub lease: Duration,
    /// `JOB_TIMEOUT_SECONDS`.
    pub timeout: Duration,
    /// `JOB_ATTEMPTS`.
    pub attempts: i32,
}

impl Config {
    /// Reads everything and gives it with what may be shown, or every fault.
    pub fn read(settings: Settings, generation: Generation) -> Result<(Config, Vec<Shown>), Faults> {
        let mut reader = Reader::new(settings);
        let server = ServerConfig::read(&mut reader, DEFAULT_PORT);
        let profile = server.profile;
        let home = PathBuf::from(reader.text_or("VIDEO_EDITOR_HOME", ".video-editor"));
        let (jwt_secret, jwt_secret_previous) = read_keys(&mut reader, profile);
        check_scrape_config(&mut reader, profile);
        let config = Config {
            version: read_version(&mut reader, generation),
            database: read_database(&mut reader),
            connections_most: read_count(&mut reader, "DATABASE_POOL_SIZE", 10, 1, 200),
            migrate_on_start: reader.truth("MIGRATE_ON_START", profile == Profile::Dev),
            redis: read_redis(&mut reader, profile),
            jwt_secret,
            jwt_secret_previous,
            token_lifetime: reader.seconds("TOKEN_LIFETIME_SECONDS", 12.0 * 3600.0, 30.0 * 86_400.0),
            registration_open: reader.truth("REGISTRATION_OPEN", profile == Profile::Dev),
            operator: read_operator(&mut reader, profile),
            media: reader.text("MEDIA_FOLDER").map_or_else(|| home.join("media"), PathBuf::from),
            staging: reader.text("STAGING_FOLDER").map_or_else(|| home.join("staging"), PathBuf::from),
            upload_timeout: reader.seconds("UPLOAD_TIMEOUT_SECONDS", 3600.0, 86_400.0),
            limits: MediaLimits {
                duration_most: reader.seconds("MEDIA_DURATION_MOST_SECONDS", 4.0 * 3600.0, 86_400.0),
            },
            ffmpeg: read_ffmpeg(&mut reader),
            jobs: JobsConfig {
                workers: read_count(&mut reader, "JOB_WORKERS", 1, 0, 64),
                lease: reader.seconds("JOB_LEASE_SECONDS", 15.0, 600.0).max(Duration::from_secs(1)),
                timeout: reader.seconds("JOB_TIMEOUT_SECONDS", 3600.0, 86_400.0).max(Duration::from_secs(1)),
                attempts: read_count(&mut reader, "JOB_ATTEMPTS", 3, 1, 20) as i32,
            },
            requests_per_minute: reader.parsed("REQUESTS_PER_MINUTE", 0, "a whole number; 0 for no limit"),
            server,
        };
        let shown = reader.finish(SERVICE)?;
        Ok((config, shown))
    }
}

fn read_version(reader: &mut Reader, generation: Generation) -> String {
    let version = reader.text_or("VIDEO_EDITOR_VERSION", generation.version());
    if !version::is_plain(&version) {
        reader.fault("VIDEO_EDITOR_VERSION", "is no version; give letters, digits and `._+-`, at most 64");
    }
    version
}

fn read_count(reader: &mut Reader, name: &'static str, usual: usize, least: usize, most: usize) -> usize {
    let count = reader.parsed(name, usual, "a whole number");
    if !(least..=most).contains(&count) {
        reader.fault(name, format!("is {count}; give {least} to {most}"));
    }
    count
}

fn read_database(reader: &mut Reader) -> Secret {
    let Some(url) = reader.secret("DATABASE_URL") else {
        reader.fault("DATABASE_URL", "is missing; give `postgres://user:password@host/database`");
        return Secret::new(String::new());
    };
    // The URL is not repeated in messages: it may hold a password.
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme)) {
        reader.fault("DATABASE_URL", "names no PostgreSQL; give `postgres://user:password@host/database`");
    } else if let Err(error) = fleet_kit::postgres::Pool::open(&url, SERVICE, 1) {
        reader.fault("DATABASE_URL", format!("cannot be used: {error}"));
    }
    url
}

fn read_redis(reader: &mut Reader, profile: Profile) -> Option<Secret> {
    let Some(url) = reader.secret("REDIS_URL") else {
        if profile.is_strict() {
            let what = "is missing, which only `dev` allows: several instances could not edit together; give \
                        `redis://user:password@host:port/database`";
            reader.fault("REDIS_URL", what);
        }
        return None;
    };
    if let Err(error) = Redis::check_address(&url) {
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
    (current.unwrap_or_else(|| own_secret(reader)), previous)
}

fn own_secret(reader: &mut Reader) -> Secret {
    let mut bytes = [0; 32];
    if ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes).is_err() {
        reader.fault("JWT_SECRET", "is missing, and the system has no random bytes to make one of");
    }
    Secret::new(hex::encode(bytes))
}

fn read_operator(reader: &mut Reader, profile: Profile) -> Option<(String, Secret)> {
    let email = reader.text("OPERATOR_EMAIL");
    let password = reader.secret("OPERATOR_PASSWORD");
    if password.is_some() && profile == Profile::Production {
        let what = "is set in production, where no account is made from the environment; remove it, and use `video-editor add-user`";
        reader.fault("OPERATOR_PASSWORD", what);
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

/// A service that nobody scrapes is blind, so where it counts the file that says who does must be there.
fn check_scrape_config(reader: &mut Reader, profile: Profile) {
    match reader.text("PROMETHEUS_SCRAPE_CONFIG") {
        None if profile == Profile::Production => {
            let what = "is missing: name the file with Prometheus' scrape configuration for this service";
            reader.fault("PROMETHEUS_SCRAPE_CONFIG", what);
        }
        Some(path) if !std::fs::read_to_string(&path).is_ok_and(|text| text.contains(SERVICE)) => {
            let what = format!("is `{path}`, which cannot be read or does not name `{SERVICE}`");
            reader.fault("PROMETHEUS_SCRAPE_CONFIG", what);
        }
        _ => {}
    }
}

fn read_ffmpeg(reader: &mut Reader) -> FfmpegConfig {
    let ffmpeg = read_program(reader, "FFMPEG_PATH", "ffmpeg");
    let ffprobe = read_program(reader, "FFPROBE_PATH", "ffprobe");
    let accelerated = reader.truth("HARDWARE_ACCELERATION", false);
    let acceleration = reader.text_or("FFMPEG_HWACCEL", "auto");
    if !ACCELERATIONS.contains(&acceleration.as_str()) {
        reader.fault("FFMPEG_HWACCEL", format!("is `{acceleration}`; give one of {}", ACCELERATIONS.join(", ")));
    }
    FfmpegConfig {
        ffmpeg,
        ffprobe,
        acceleration: accelerated.then_some(acceleration),
        experimental_codecs: reader.truth("EXPERIMENTAL_CODECS", false),
        thumbnails: reader.truth("THUMBNAILS", true),
    }
}

/// A program's path, which must be there; a bare name is looked for in `PATH`.
fn read_program(reader: &mut Reader, setting: &'static str, usual: &str) -> PathBuf {
    let given = reader.text_or(setting, usual);
    let found = if given.contains('/') {
        Some(PathBuf::from(&given)).filter(|path| path.is_file())
    } else {
        let folders = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
        std::env::split_paths(&folders).map(|folder| folder.join(&given)).find(|path| Path::is_file(path))
    };
    found.unwrap_or_else(|| {
        reader.fault(setting, format!("is `{given}`, and there is no such program; install FFmpeg or give its path"));
        PathBuf::from(given)
    })
}
