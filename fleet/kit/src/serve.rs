//! A service's life: bind, say so, answer, and on a signal drain and end.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{any, get};
use axum::{Extension, Router};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tower_http::catch_panic::CatchPanicLayer;

use crate::accept::Acceptor;
use crate::config::ServerConfig;
use crate::drain::Drain;
use crate::faults::{self, Faults};
use crate::files::{PidFile, write_whole};
use crate::guard::MissingPage;
use crate::health::{Dependency, Health};
use crate::{guard, metering, request, security};

/// What is served.
pub struct Service {
    /// Its name, as in logs and health.
    pub name: &'static str,
    /// The version that health and logs state.
    pub version: String,
    /// Where and within which limits.
    pub config: ServerConfig,
    /// Path of the overall health answer; liveness and readiness lie below it.
    pub health_path: &'static str,
    /// What readiness depends on.
    pub dependencies: Vec<Arc<dyn Dependency>>,
    /// The service's own routes, without a fallback.
    pub routes: Router,
    /// Its fault switches; the stores and storages of the service hold clones.
    pub faults: Faults,
    /// Routes (templates) that take or send much, and how long each may take instead of `REQUEST_TIMEOUT_SECONDS`.
    pub patience: Vec<(&'static str, Duration)>,
    /// What browsers see where no route has their path; other clients get a problem.
    pub missing_page: Option<MissingPage>,
}

/// What the answer at the health path itself is about; below it liveness and readiness are told apart either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overall {
    /// Whether everything that the service depends on works.
    Dependencies,
    /// Whether the process answers.
    Liveness,
}

/// Why a service cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// A file that others wait for cannot be written.
    #[error("cannot write `{path}`: {source}")]
    File {
        /// `PORT_FILE` or `PID_FILE`.
        path: String,
        /// The system's answer.
        source: io::Error,
    },
    /// Signals cannot be received.
    #[error("cannot listen for signals: {0}")]
    Signals(#[source] io::Error),
}

/// Answers requests until SIGTERM or SIGINT, then drains: readiness says no, the grace passes, requests finish.
/// Exit status 0 if all finished, 1 if some were cut off, 130 after a second signal.
pub async fn serve(service: Service) -> Result<ExitCode, ServeError> {
    serve_as(service, Overall::Dependencies).await
}

/// As [`serve()`], with the say over what the health path itself answers.
pub async fn serve_as(service: Service, overall: Overall) -> Result<ExitCode, ServeError> {
    let config = service.config.clone();
    let mut signals = Signals::install()?;
    let drain = Drain::default();
    let listener = TcpListener::bind(config.address).await;
    let listener = listener.map_err(|source| ServeError::Bind { address: config.address, source })?;
    let bound = listener.local_addr().map_err(|source| ServeError::Bind { address: config.address, source })?;
    let faults = service.faults.clone();
    let acceptor = Acceptor::new(listener, routes(service, overall, drain.clone()), config.connections_most);
    let _pid_file = match &config.pid_file {
        Some(path) => Some(PidFile::write(path.clone()).map_err(|source| file_error(path, source))?),
        None => None,
    };
    if let Some(path) = &config.port_file {
        write_whole(path, &format!("{}\n", bound.port())).map_err(|source| file_error(path, source))?;
    }
    tracing::info!(address = %bound, port = bound.port(), pid = std::process::id(), profile = %config.profile, "listening");
    tokio::spawn(metering::keep_flat());
    if config.faults_token.is_some() {
        tracing::warn!("faults can be switched on at `/faults`");
        tokio::spawn(faults::leak(faults));
    }

    tokio::select! {
        () = acceptor.run() => {}
        name = signals.next() => tracing::info!(signal = name, grace_seconds = config.drain_grace.as_secs_f64(), "draining: readiness says no"),
    }
    drain.begin();
    let ending = async {
        // Whoever sends traffic here sees the 503 and turns away; until then requests are answered as ever.
        let _ = tokio::time::timeout(config.drain_grace, acceptor.run()).await;
        let (cut, sockets) =
            tokio::join!(acceptor.finish(config.drain_timeout), drain.end_sockets(config.drain_timeout));
        cut + sockets
    };
    tokio::select! {
        cut = ending => Ok(ended(cut)),
        name = signals.next() => {
            tracing::warn!(signal = name, "stopped at once by a second signal");
            Ok(ExitCode::from(130))
        }
    }
}

fn ended(cut: usize) -> ExitCode {
    if cut == 0 {
        tracing::info!("stopped: every request was answered");
        return ExitCode::SUCCESS;
    }
    tracing::error!(cut, "stopped: connections were cut off because their requests did not end in time");
    ExitCode::FAILURE
}

fn file_error(path: &std::path::Path, source: io::Error) -> ServeError {
    ServeError::File { path: path.display().to_string(), source }
}

/// The service's routes with health, metrics and every layer around them, outermost last.
fn routes(service: Service, overall: Overall, drain: Drain) -> Router {
    let config = &service.config;
    let health =
        Health::new(service.name, &service.version, service.dependencies, drain.clone(), service.faults.clone());
    let missing = any(guard::no_such_path).with_state::<()>(service.missing_page);
    let limits = guard::TimeLimits { usual: config.request_timeout, patience: service.patience.into() };
    Router::new()
        .merge(service.routes)
        .merge(faults::routes(service.faults.clone()))
        .fallback_service(missing)
        .merge(health.routes(service.health_path, overall))
        .route("/metrics", get(metering::expose))
        .method_not_allowed_fallback(guard::no_such_method)
        .layer(map_response(guard::tell_refusals))
        .layer(Extension(drain.clone()))
        .layer(DefaultBodyLimit::max(config.body_limit_bytes))
        .layer(from_fn_with_state(service.faults, faults::inject))
        .layer(from_fn_with_state(limits, guard::limit_time))
        .layer(CatchPanicLayer::custom(guard::answer_panic))
        .layer(security::cross_origin(&config.allowed_origins))
        .layer(from_fn_with_state(security::Hsts(config.hsts), security::protect))
        .layer(from_fn_with_state(drain, request::follow))
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn install() -> Result<Signals, ServeError> {
        let terminate = signal(SignalKind::terminate()).map_err(ServeError::Signals)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signals)?;
        Ok(Signals { terminate, interrupt })
    }

    /// The next one's name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
