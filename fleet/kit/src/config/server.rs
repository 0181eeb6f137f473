//! The settings that every service has.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::{HeaderValue, Uri};

use super::profile::Profile;
use super::reader::Reader;
use super::secret::Secret;

/// Address, limits, drain, logs and origins of a service.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// `APP_ENV`.
    pub profile: Profile,
    /// `HOST` and `PORT`; port 0 lets the system choose.
    pub address: SocketAddr,
    /// `ALLOWED_ORIGINS`: web origins whose scripts may call the API, separated by commas.
    pub allowed_origins: Vec<HeaderValue>,
    /// `DEBUG_MODE`: logs at level `debug` unless `LOG_LEVEL` says otherwise. Never in production.
    pub debug: bool,
    /// `LOG_LEVEL`: `error`, `warn`, `info`, `debug`, `trace`, or directives (`info,hyper=debug`).
    pub log_level: String,
    /// `HSTS`: tell browsers to come back by HTTPS only; on in production.
    pub hsts: bool,
    /// `BODY_LIMIT_BYTES`: larger request bodies get 413.
    pub body_limit_bytes: usize,
    /// `REQUEST_TIMEOUT_SECONDS`: a request that takes longer gets 504.
    pub request_timeout: Duration,
    /// `MAX_CONNECTIONS`: more wait in the system's queue.
    pub connections_most: usize,
    /// `DRAIN_GRACE_SECONDS`: after the signal readiness says no for so long, while requests are still taken.
    pub drain_grace: Duration,
    /// `DRAIN_TIMEOUT_SECONDS`: after the grace, requests that run have so long to finish.
    pub drain_timeout: Duration,
    /// `FAULTS_TOKEN`, if `FAULTS_ENABLED`: whoever holds it may switch faults on for drills.
    pub faults_token: Option<Secret>,
    /// `PORT_FILE`: the bound port is written here once connections are taken.
    pub port_file: Option<PathBuf>,
    /// `PID_FILE`: the process id is written here, removed on exit.
    pub pid_file: Option<PathBuf>,
}

impl ServerConfig {
    /// Reads and checks them; faults stay in the reader. `default_port` is the service's own.
    pub fn read(reader: &mut Reader, default_port: u16) -> ServerConfig {
        ServerConfig::read_with_origins(reader, default_port, "ALLOWED_ORIGINS")
    }

    /// As [`ServerConfig::read`], for a service whose runbook calls the setting of the allowed origins by another name.
    pub fn read_with_origins(reader: &mut Reader, default_port: u16, origins: &'static str) -> ServerConfig {
        let profile = read_profile(reader);
        let debug = read_debug(reader, profile);
        let strict_grace = if profile.is_strict() { 5.0 } else { 0.2 };
        ServerConfig {
            profile,
            address: read_address(reader, default_port),
            allowed_origins: read_origins(reader, profile, origins),
            debug,
            log_level: read_log_level(reader, debug),
            hsts: reader.truth("HSTS", profile == Profile::Production),
            body_limit_bytes: read_body_limit(reader),
            request_timeout: reader.seconds("REQUEST_TIMEOUT_SECONDS", 30.0, 3600.0),
            connections_most: read_connections(reader),
            drain_grace: reader.seconds("DRAIN_GRACE_SECONDS", strict_grace, 600.0),
            drain_timeout: reader.seconds("DRAIN_TIMEOUT_SECONDS", 30.0, 3600.0),
            faults_token: read_faults_token(reader),
            port_file: reader.text("PORT_FILE").map(PathBuf::from),
            pid_file: reader.text("PID_FILE").map(PathBuf::from),
        }
    }
}

fn read_profile(reader: &mut Reader) -> Profile {
    let name = reader.text_or("APP_ENV", "dev");
    Profile::named(&name).unwrap_or_else(|| {
        reader.fault("APP_ENV", format!("is `{name}`; give `dev`, `staging` or `production`"));
        // The strictest reading, so that its faults are listed too.
        Profile::Production
    })
}

fn read_address(reader: &mut Reader, default_port: u16) -> SocketAddr {
    let host = reader.parsed("HOST", IpAddr::V4(Ipv4Addr::LOCALHOST), "an IP address such as `127.0.0.1` or `0.0.0.0`");
    let port = reader.parsed("PORT", default_port, "a port from 0 to 65535; 0 lets the system choose");
    SocketAddr::new(host, port)
}

fn read_debug(reader: &mut Reader, profile: Profile) -> bool {
    let debug = reader.truth("DEBUG_MODE", false);
    if debug && profile == Profile::Production {
        reader.fault("DEBUG_MODE", "is on in production, where logs would hold more than they may; set it to `false`");
    }
    debug
}

fn read_log_level(reader: &mut Reader, debug: bool) -> String {
    let level = reader.text_or("LOG_LEVEL", if debug { "debug" } else { "info" });
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&level) {
        reader.fault("LOG_LEVEL", format!("is `{level}` ({error}); give `error`, `warn`, `info`, `debug` or `trace`"));
    }
    level
}

/// A token alone switches nothing on: two settings must agree before a service can be broken on purpose.
fn read_faults_token(reader: &mut Reader) -> Option<Secret> {
    let enabled = reader.truth("FAULTS_ENABLED", false);
    let token = reader.key("FAULTS_TOKEN");
    if enabled && token.is_none() {
        reader.fault("FAULTS_TOKEN", "is missing beside `FAULTS_ENABLED`; `openssl rand -hex 32` makes one");
    }
    token.filter(|_| enabled)
}

fn read_body_limit(reader: &mut Reader) -> usize {
    let limit = reader.parsed("BODY_LIMIT_BYTES", 1024 * 1024, "a whole number of bytes");
    if limit < 1024 {
        reader.fault("BODY_LIMIT_BYTES", format!("is {limit}; give at least 1024"));
    }
    limit
}

fn read_connections(reader: &mut Reader) -> usize {
    let most = reader.parsed("MAX_CONNECTIONS", 2048, "a whole number");
    if most == 0 || most > 100_000 {
        reader.fault("MAX_CONNECTIONS", format!("is {most}; give 1 to 100000"));
        return 2048;
    }
    most
}

fn read_origins(reader: &mut Reader, profile: Profile, setting: &'static str) -> Vec<HeaderValue> {
    let text = reader.text(setting).unwrap_or_default();
    let given: Vec<&str> = text.split(',').map(str::trim).filter(|origin| !origin.is_empty()).collect();
    if given.is_empty() && profile == Profile::Production {
        reader.fault(setting, "is missing: list the web origins that may call the API, like `https://studio.example`");
    }
    let mut origins = Vec::new();
    for origin in given {
        match checked_origin(origin, profile) {
            Ok(value) => origins.push(value),
            Err(what) => reader.fault(setting, what),
        }
    }
    origins
}

fn checked_origin(origin: &str, profile: Profile) -> Result<HeaderValue, String> {
    if origin == "*" {
        return Err("holds `*`, which lets every site act for its visitors; list origins one by one".to_owned());
    }
    let wanted = || {
        format!(
            "holds `{origin}`, which is no origin; give scheme and host without a path, like `https://studio.example`"
        )
    };
    let uri: Uri = origin.parse().map_err(|_| wanted())?;
    let host = uri.host().ok_or_else(wanted)?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or_else(wanted)?;
    if uri.path_and_query().is_some_and(|path| path.as_str() != "/") || origin.ends_with('/') {
        return Err(wanted());
    }
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    if profile == Profile::Production && (scheme == "http" || local) {
        return Err(format!("holds `{origin}`, which is not allowed in production; give an `https` origin of yours"));
    }
    HeaderValue::from_str(origin).map_err(|_| wanted())
}
