//! `serve`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use fleet_kit::config::Profile;
use fleet_kit::disk::Disk;
use fleet_kit::passwords::Passwords;
use fleet_kit::quota::Quota;
use fleet_kit::sign_ins::SignIns;
use fleet_kit::tokens::Tokens;
use fleet_kit::{Faults, Service, logs, metering};

use super::{causes, configured, failed};
use crate::config::{Config, Database, ProviderChoice, SERVICE};
use crate::dependencies::{Rows, Writers};
use crate::generation::Worker;
use crate::release::Release;
use crate::state::{FAULTS, Shared, State};
use crate::store::{Store, StoreError};
use crate::studio::{NewUser, Role};
use crate::web::{self, FrontEnd};
use crate::writing::{Anthropic, Builtin, Limiter, Provider, Settings};
use crate::{api, migrations, store};

/// Of each client at each account.
const SIGN_INS_PER_MINUTE: u32 = 20;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("a folder cannot be made")]
    Folder(#[source] std::io::Error),
    #[error("the schema cannot be moved")]
    Migration(#[from] fleet_kit::migrations::MigrationError),
    #[error(
        "the schema is at {at}, and this release needs {needs}: run `callsheet migrate up`, `content-jumpstart migrate up`, or set `MIGRATE_ON_START=true`"
    )]
    TooOld { at: i64, needs: i64 },
    #[error(
        "the schema is at {at}, and this release works up to {bears}: go back with `callsheet migrate down --to {bears:04}`, or start a newer release"
    )]
    TooNew { at: i64, bears: i64 },
    #[error("the database cannot be opened")]
    Open(#[from] store::OpenError),
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    #[error("the provider cannot be asked")]
    Provider(#[from] reqwest::Error),
    #[error("passwords cannot be hashed")]
    Passwords(#[from] fleet_kit::passwords::PasswordError),
    #[error("logs cannot be written")]
    Logs(#[from] logs::LogsError),
    #[error("figures cannot be kept")]
    Metering(#[from] metering::MeteringError),
    #[error("requests cannot be answered")]
    Serve(#[from] fleet_kit::serve::ServeError),
    #[error("the runtime cannot be started")]
    Runtime(#[source] std::io::Error),
}

/// Starts, answers and drains.
pub fn serve() -> ExitCode {
    let config = match configured() {
        Ok(config) => config,
        Err(status) => return status,
    };
    run(config).unwrap_or_else(|error| {
        failed(
            "`content-jumpstart` cannot start",
            causes(&error),
            "`content-jumpstart check-config` shows every setting",
        )
    })
}

fn run(config: Config) -> Result<ExitCode, StartError> {
    logs::install(SERVICE, &config.version, &config.server.log_level)?;
    metering::install(SERVICE, &config.version)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(StartError::Runtime)?.block_on(answer(config))
}

async fn answer(config: Config) -> Result<ExitCode, StartError> {
    // One TLS provider for every client of the process; that it was installed before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let faults = Faults::new(config.server.faults_token.clone(), vec!["database", "storage"]);
    faults.declare(&FAULTS);
    let release = config.release();
    make_folder(&config)?;
    let store = Arc::new(Store::open(&config.database, release, faults.clone())?);
    prepare_schema(&config, &store, release).await?;
    let limiter =
        Limiter::new(config.requests_per_minute, config.tokens_per_minute, config.queue_most, config.calls_most);
    let limiter = Arc::new(limiter);
    let provider = provider(&config, limiter.clone())?;
    let provider_name = provider.name();
    let holder = format!("{}:{}", std::process::id(), uuid::Uuid::now_v7());
    let worker = Worker::new(store.clone(), provider, holder);
    let state: Shared = Arc::new(State {
        store: store.clone(),
        worker: worker.clone(),
        tokens: Tokens::new(SERVICE, &config.secret_key, config.secret_key_previous.as_ref(), config.access_lifetime),
        refresh_lifetime: config.refresh_lifetime,
        passwords: Passwords::new()?,
        front_end: FrontEnd::new(config.web.clone()),
        faults: faults.clone(),
        registration_open: config.registration_open,
        sign_ins: SignIns::new(SIGN_INS_PER_MINUTE),
        requests: Quota::new(config.user_requests_per_minute),
        rewrites: Quota::new(60),
    });
    create_operator(&config, &state).await?;
    tokio::spawn(worker.clone().watch());
    let writers = Writers { state: state.clone(), limiter, provider_name, debug: config.server.debug };
    let folder = disk_folder(&config);
    let service = Service {
        name: SERVICE,
        version: config.version,
        config: config.server,
        health_path: "/health",
        dependencies: vec![Arc::new(Rows(store)), Arc::new(writers), Arc::new(Disk { folder, free_ratio_least: 0.01 })],
        routes: Router::new().merge(api::routes()).merge(web::routes()).with_state(state),
        faults,
        patience: vec![
            (api::UPLOAD_ROUTE, Duration::from_secs(60)),
            (api::REGENERATE_ROUTE, Duration::from_secs(300)),
            (api::EVENTS_ROUTE, Duration::from_secs(60)),
        ],
        missing_page: Some(web::missing),
    };
    let ended = fleet_kit::serve(service).await;
    worker.stop().await;
    Ok(ended?)
}

/// The disk that fills up first: the database's where it is a file.
fn disk_folder(config: &Config) -> PathBuf {
    match &config.database {
        Database::Sqlite(path) => path.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned),
        Database::Postgres { .. } => None,
    }
    .unwrap_or_else(|| PathBuf::from("."))
}

fn make_folder(config: &Config) -> Result<(), StartError> {
    match &config.database {
        Database::Sqlite(path) if config.server.profile == Profile::Dev => match path.parent() {
            Some(folder) => std::fs::create_dir_all(folder).map_err(StartError::Folder),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Brings the schema forward where that is allowed on start and nobody else keeps its history; then demands that it fits.
async fn prepare_schema(config: &Config, store: &Store, release: Release) -> Result<(), StartError> {
    if !store.is_kept_by_callsheet().await? {
        let mut migrator = migrations::migrator(&config.database, release).await?;
        if config.migrate_on_start {
            for done in migrator.up().await? {
                tracing::info!(version = done.version, name = done.name, "applied a migration");
            }
        }
    }
    let (at, needs, bears) = (store.check().await?.schema_version, release.needs(), release.bears());
    if at < needs {
        return Err(StartError::TooOld { at, needs });
    }
    if at > bears {
        return Err(StartError::TooNew { at, bears });
    }
    Ok(())
}

fn provider(config: &Config, limiter: Arc<Limiter>) -> Result<Arc<dyn Provider>, reqwest::Error> {
    Ok(match &config.provider {
        ProviderChoice::Template => Arc::new(Builtin),
        ProviderChoice::Anthropic { key, base_url, model, timeout, attempts_most } => {
            let settings = Settings {
                base_url: base_url.clone(),
                key: key.clone(),
                model: model.clone(),
                timeout: *timeout,
                attempts_most: *attempts_most,
            };
            Arc::new(Anthropic::new(settings, limiter)?)
        }
    })
}

async fn create_operator(config: &Config, state: &Shared) -> Result<(), StartError> {
    let Some((email, password)) = &config.operator else { return Ok(()) };
    if state.store.credentials(email.clone()).await?.is_some() {
        return Ok(());
    }
    let password_hash = state.passwords.hash(password.expose().to_owned()).await?;
    let new = NewUser { email: email.clone(), name: "Operator".to_owned(), role: Role::Operator, password_hash };
    match state.store.create_user(new).await {
        Ok(user) => tracing::info!(user = %user.id, "created the operator"),
        // Another instance was faster.
        Err(StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
