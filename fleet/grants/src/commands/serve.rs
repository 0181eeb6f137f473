//! `serve`.

use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use fleet_kit::config::Profile;
use fleet_kit::health::{Checking, Dependency};
use fleet_kit::passwords::{PasswordError, Passwords};
use fleet_kit::postgres::{ConnectError, POOL_EXHAUSTED};
use fleet_kit::quota::Quota;
use fleet_kit::redis::{Redis, RedisError};
use fleet_kit::serve::{Overall, serve_as};
use fleet_kit::sessions::Sessions;
use fleet_kit::uploads::Staging;
use fleet_kit::{Faults, Service, limit, logs, metering};
use serde_json::json;

use super::{causes, configured, failed};
use crate::afm::Keys;
use crate::config::{Config, SERVICE};
use crate::generation::Generation;
use crate::grant::{NewUser, Role};
use crate::identity::{BROKEN_AUTH, renew};
use crate::pages::{self, Templates};
use crate::rekeying::{self, FieldKeys};
use crate::state::{Shared, State};
use crate::store::{Store, StoreError};
use crate::{api, live};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("the folder for uploads cannot be made")]
    Folder(#[source] std::io::Error),
    #[error("the schema cannot be moved")]
    Migration(#[from] fleet_kit::migrations::MigrationError),
    #[error("the schema is at revision {found}, and this release needs {needed}: run `callsheet migrate up`")]
    Behind { found: i32, needed: i32 },
    #[error(
        "the schema is at revision {found}, on which release {oldest} is the oldest that runs: undo its contract migration first (`callsheet migrate down -1`)"
    )]
    Contracted { found: i32, oldest: i32 },
    #[error("the database cannot be opened")]
    Open(#[from] ConnectError),
    #[error("the database does not answer")]
    Store(#[from] StoreError),
    #[error("Redis, which holds the sessions, does not answer")]
    Redis(#[from] RedisError),
    #[error("passwords cannot be hashed")]
    Passwords(#[from] PasswordError),
    #[error("a page's template is wrong")]
    Templates(#[from] minijinja::Error),
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
pub(super) fn serve(generation: Generation) -> ExitCode {
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    run(config, generation).unwrap_or_else(|error| {
        let hint = "`grants check-config` shows every setting, `grants probe` whether database and Redis answer";
        failed("`grants` cannot start", causes(&error), hint)
    })
}

fn run(config: Config, generation: Generation) -> Result<ExitCode, StartError> {
    logs::install(SERVICE, &config.version, &config.server.log_level)?;
    metering::install(SERVICE, &config.version)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(StartError::Runtime)?.block_on(answer(config, generation))
}

async fn answer(config: Config, generation: Generation) -> Result<ExitCode, StartError> {
    // One TLS provider for every client of the process; that it was installed before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let faults = Faults::new(config.server.faults_token.clone(), vec!["database", "redis"]);
    faults.declare(&[POOL_EXHAUSTED, BROKEN_AUTH]);
    if config.migrate_on_start {
        for done in crate::migrations::migrator(&config.database, generation).await?.up().await? {
            tracing::info!(version = done.version, name = done.name, "applied a migration");
        }
    }
    let store = Store::open(&config.database, config.connections_most, faults.clone(), generation)?;
    check_schema(&store, generation).await?;
    let redis = open_redis(&config, faults.clone()).await?;
    let keys = &config.afm_keys;
    let sessions = Sessions::new(
        redis.clone(),
        &config.session_keys.current,
        &config.session_keys.others(),
        config.session_lifetime,
    );
    let state = State {
        generation,
        sessions,
        passwords: Passwords::new()?,
        keys: Keys::new(&keys.current, &keys.previous, &keys.next),
        staging: Staging::open(&config.staging, faults.clone()).map_err(StartError::Folder)?,
        templates: Templates::load()?,
        events: redis.listen(live::CHANNEL),
        faults: faults.clone(),
        sign_ins_per_minute: config.sign_ins_per_minute,
        secure_cookies: config.server.profile == Profile::Production,
        version: config.version.clone(),
        store: store.clone(),
        redis: redis.clone(),
    };
    let state: Shared = Arc::new(state);
    make_admin(&config, &state).await?;
    tokio::spawn(store.clone().exhaust_while_told());
    tokio::spawn(rekeying::reseal(state.clone()));
    let quota = (config.requests_per_minute > 0).then(|| Arc::new(Quota::new(config.requests_per_minute)));
    let renewing = from_fn_with_state(state.clone(), renew);
    let routes = Router::new().merge(api::routes()).merge(pages::routes()).layer(renewing).with_state(state.clone());
    let service = Service {
        name: SERVICE,
        version: config.version,
        config: config.server,
        health_path: "/api/health",
        dependencies: vec![
            Arc::new(Rows { store, needed: generation.revision_least() }),
            Arc::new(redis),
            Arc::new(FieldKeys(state)),
        ],
        routes: routes.layer(from_fn_with_state(quota, limit::limit)),
        faults,
        patience: vec![(api::ATTACH_ROUTE, config.upload_timeout), (api::ATTACHMENT_ROUTE, config.upload_timeout)],
        missing_page: Some(pages::missing),
    };
    Ok(serve_as(service, Overall::Liveness).await?)
}

/// A release starts on the schemas that it was proved on, and on no other.
async fn check_schema(store: &Store, generation: Generation) -> Result<(), StartError> {
    let condition = store.check().await?;
    let (found, needed) = (condition.revision, generation.revision_least());
    if found < needed {
        return Err(StartError::Behind { found, needed });
    }
    if condition.oldest_release > generation.number() {
        return Err(StartError::Contracted { found, oldest: condition.oldest_release });
    }
    Ok(())
}

/// Outside dev a service without sessions would only sign people out: it does not start.
async fn open_redis(config: &Config, faults: Faults) -> Result<Redis, StartError> {
    let Some(url) = &config.redis else {
        tracing::warn!("no Redis is configured: sessions end with this process");
        return Ok(Redis::in_process(faults));
    };
    let redis = Redis::open(url, faults)?;
    redis.ping().await?;
    Ok(redis)
}

async fn make_admin(config: &Config, state: &Shared) -> Result<(), StartError> {
    let Some((email, password)) = &config.admin else { return Ok(()) };
    if state.store.credentials(email).await?.is_some() {
        return Ok(());
    }
    let password_hash = state.passwords.hash(password.expose().to_owned()).await?;
    let new = NewUser { email: email.clone(), name: "Admin".to_owned(), role: Role::Admin, password_hash };
    match state.store.create_user(new).await {
        Ok(user) => tracing::info!(user = %user.id, "made the admin"),
        // Another instance was faster.
        Err(StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The database as readiness sees it.
struct Rows {
    store: Store,
    needed: i32,
}

impl Dependency for Rows {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            let condition = self.store.check().await.map_err(|error| {
                tracing::error!(%error, "the database's check failed");
                match error {
                    StoreError::Busy => "every connection of the pool is in use",
                    StoreError::Unreachable { cause, .. } if cause.contains("(28") => "it refuses our credentials",
                    _ => "it does not read or take writes; the log says more",
                }
                .to_owned()
            })?;
            Ok(json!({
                "kind": "postgres",
                "schema_revision": condition.revision,
                "schema_needed": self.needed,
                "pool": self.store.figures(),
            }))
        })
    }
}
