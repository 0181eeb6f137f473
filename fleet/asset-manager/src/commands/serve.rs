//! `serve`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use fleet_kit::config::Profile;
use fleet_kit::disk::Disk;
use fleet_kit::health::{Checking, Dependency};
use fleet_kit::sign_ins::SignIns;
use fleet_kit::{Faults, Service, logs, metering};
use serde_json::json;

use super::{causes, configured, failed};
use crate::api;
use crate::config::{Config, Database, SERVICE};
use crate::identity::{Passwords, Tokens};
use crate::media::{Staging, Storage};
use crate::migrations;
use crate::pages::{self, Templates};
use crate::pictures::{Http, Procedural, Provider};
use crate::state::{Shared, State};
use crate::store::{self, Store, StoreError};
use crate::story::{NewUser, Role};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("a folder cannot be made")]
    Folder(#[source] std::io::Error),
    #[error("the schema cannot be moved")]
    Migration(#[from] fleet_kit::migrations::MigrationError),
    #[error("{0} migrations are pending: run `asset-manager migrate up`, or set `MIGRATE_ON_START=true`")]
    Pending(usize),
    #[error("the database cannot be opened")]
    Open(#[from] store::OpenError),
    #[error("the media storage cannot be opened")]
    Media(#[from] crate::media::StorageError),
    #[error("the picture provider cannot be asked")]
    Pictures(#[from] reqwest::Error),
    #[error("passwords cannot be hashed")]
    Passwords(#[from] crate::identity::PasswordError),
    #[error("a page's template is wrong")]
    Templates(#[from] minijinja::Error),
    #[error("the admin cannot be created")]
    Admin(#[from] StoreError),
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
        failed("`asset-manager` cannot start", causes(&error), "`asset-manager check-config` shows every setting")
    })
}

fn run(config: Config) -> Result<ExitCode, StartError> {
    logs::install(SERVICE, &config.version, &config.server.log_level)?;
    metering::install(SERVICE, &config.version)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(StartError::Runtime)?.block_on(answer(config))
}

/// The disk that fills up first: the database's where it is a file, else the one of this machine's own things.
fn disk_folder(config: &Config) -> PathBuf {
    let folder = match &config.database {
        Database::Sqlite(path) => path.parent().unwrap_or(Path::new("")),
        Database::Postgres { .. } => &config.staging,
    };
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

/// What the fault `data-loss` does.
fn loss(store: Arc<dyn Store>) -> fleet_kit::faults::Losing {
    Box::new(move |share| {
        let store = store.clone();
        Box::pin(async move { store.lose_components(share).await.map_err(|error| error.to_string()) })
    })
}

async fn answer(config: Config) -> Result<ExitCode, StartError> {
    // One TLS provider for every client of the process; that it was installed before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let faults = Faults::new(config.server.faults_token.clone(), vec!["database", "media", "storage"]);
    prepare_schema(&config).await?;
    let store = store::open(&config.database, faults.clone())?;
    faults.on_data_loss(loss(store.clone()));
    let media = Arc::new(Storage::open(&config.media, faults.clone())?);
    let state = State {
        tokens: Tokens::new(&config.jwt_secret, config.jwt_secret_previous.as_ref(), config.token_lifetime),
        passwords: Passwords::new()?,
        sign_ins: SignIns::new(config.sign_ins_per_minute),
        templates: Templates::load()?,
        staging: Staging::open(&config.staging, faults.clone()).map_err(StartError::Folder)?,
        media: media.clone(),
        pictures: pictures(&config)?,
        registration_open: config.registration_open,
        secure_cookies: config.server.profile == Profile::Production,
        version: config.version.clone(),
        store: store.clone(),
    };
    let state: Shared = Arc::new(state);
    create_admin(&config, &state).await?;
    let folder = disk_folder(&config);
    let service = Service {
        name: SERVICE,
        version: config.version,
        config: config.server,
        health_path: "/health",
        dependencies: vec![Arc::new(Rows(store)), media, Arc::new(Disk { folder, free_ratio_least: 0.01 })],
        routes: Router::new().merge(api::routes()).merge(pages::routes()).with_state(state.clone()),
        faults,
        patience: vec![(api::UPLOAD_ROUTE, config.upload_timeout), (api::FILE_ROUTE, config.upload_timeout)],
        missing_page: Some(pages::missing),
    };
    Ok(fleet_kit::serve(service).await?)
}

/// Brings the schema forward where that is allowed on start; else demands that it has been.
async fn prepare_schema(config: &Config) -> Result<(), StartError> {
    if let Database::Sqlite(path) = &config.database
        && let Some(folder) = path.parent().filter(|_| config.server.profile == Profile::Dev)
    {
        std::fs::create_dir_all(folder).map_err(StartError::Folder)?;
    }
    let mut migrator = migrations::migrator(&config.database).await?;
    if config.migrate_on_start {
        for done in migrator.up().await? {
            tracing::info!(version = done.version, name = done.name, "applied a migration");
        }
    }
    let states = migrator.status().await?;
    let pending = states.iter().filter(|state| state.applied_at.is_none()).count();
    if pending > 0 {
        return Err(StartError::Pending(pending));
    }
    for newer in states.iter().filter(|state| !state.known) {
        tracing::warn!(migration = newer.version, name = newer.name, "the schema holds a migration of a newer release");
    }
    Ok(())
}

/// The configured provider, else the one built in.
fn pictures(config: &Config) -> Result<Box<dyn Provider>, reqwest::Error> {
    Ok(match &config.pictures {
        Some(given) => Box::new(Http::new(given.url.expose().to_owned(), given.key.clone(), given.timeout)?),
        None => Box::new(Procedural),
    })
}

async fn create_admin(config: &Config, state: &Shared) -> Result<(), StartError> {
    let Some((email, password)) = &config.admin else {
        return Ok(());
    };
    if state.store.credentials(email.clone()).await?.is_some() {
        return Ok(());
    }
    let password_hash = state.passwords.hash(password.expose().to_owned()).await?;
    let new = NewUser { email: email.clone(), name: "Admin".to_owned(), role: Role::Admin, password_hash };
    match state.store.create_user(new).await {
        Ok(user) => tracing::info!(user = %user.id, "created the admin"),
        // Another instance was faster.
        Err(StoreError::EmailTaken) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The database as readiness sees it.
struct Rows(Arc<dyn Store>);

impl Dependency for Rows {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            let condition = self.0.check().await.map_err(|error| {
                tracing::error!(%error, "the database's check failed");
                "it does not read or take writes; the log says more".to_owned()
            })?;
            let mut detail = json!({
                "kind": self.0.kind(),
                "schema_version": condition.schema_version,
                "schema_latest": migrations::latest(),
            });
            if let Some(pool) = self.0.pool() {
                detail["pool"] = pool;
            }
            Ok(detail)
        })
    }
}
