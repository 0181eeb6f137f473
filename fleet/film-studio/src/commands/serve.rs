//! `serve`.

use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use fleet_kit::config::Profile;
use fleet_kit::passwords::Passwords;
use fleet_kit::quota::Quota;
use fleet_kit::redis::Redis;
use fleet_kit::sign_ins::SignIns;
use fleet_kit::tokens::Tokens;
use fleet_kit::{Faults, Service, limit, logs, metering};
use std::time::Duration;

use super::health::Rows;
use super::migrate::told;
use super::{causes, configured, failed};
use crate::api;
use crate::cache::Cache;
use crate::config::{Config, SERVICE};
use crate::figures::{self, Tally};
use crate::film::{NewUser, Role};
use crate::migrations::{self, Fit};
use crate::pages::{self, Templates};
use crate::release::Release;
use crate::state::{Shared, State};
use crate::store::{Reach, Store, StoreError};

/// Making a bundle may take so long.
const BUNDLE_TIME: Duration = Duration::from_secs(120);

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("the schema cannot be looked at or moved")]
    Schema(#[from] migrations::SchemaError),
    #[error("the database's schema does not fit: {0}")]
    Unfit(String),
    #[error("the database cannot be opened")]
    Open(#[from] fleet_kit::mysql::ConnectError),
    #[error("the cache cannot be opened")]
    Redis(#[from] fleet_kit::redis::RedisError),
    #[error("passwords cannot be hashed")]
    Passwords(#[from] fleet_kit::passwords::PasswordError),
    #[error("a page's template is wrong")]
    Templates(#[from] minijinja::Error),
    #[error("the operator cannot be created")]
    Operator(#[from] StoreError),
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
pub(super) fn serve(release: Release) -> ExitCode {
    let config = match configured(release) {
        Ok(config) => config,
        Err(status) => return status,
    };
    run(config).unwrap_or_else(|error| {
        failed("`film-studio` cannot start", causes(&error), "`film-studio check-config` shows every setting")
    })
}

fn run(config: Config) -> Result<ExitCode, StartError> {
    logs::install(SERVICE, &config.version, &config.server.log_level)?;
    metering::install(SERVICE, &config.version)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(StartError::Runtime)?.block_on(answer(config))
}

async fn answer(config: Config) -> Result<ExitCode, StartError> {
    let faults = Faults::new(config.server.faults_token.clone(), vec!["database", "redis"]);
    faults.declare(&[fleet_kit::mysql::EXHAUSTED_POOL]);
    prepare_schema(&config).await?;
    let database = &config.database;
    let reach = Reach {
        url: &database.url,
        connections_most: database.connections_most,
        wait: database.wait,
        slow_after: database.slow_after,
    };
    let store = Arc::new(Store::open(&reach, config.release, faults.clone())?);
    let redis = match &config.redis {
        Some(url) => Redis::open(url, faults.clone())?,
        None => Redis::in_process(faults.clone()),
    };
    let cache = Arc::new(Cache::new(redis));
    let tally = Tally::default();
    let state: Shared = Arc::new(State {
        tokens: Tokens::new(SERVICE, &config.jwt_secret, config.jwt_secret_previous.as_ref(), config.token_lifetime),
        passwords: Passwords::new()?,
        sign_ins: SignIns::new(config.logins_per_minute),
        templates: Templates::load()?,
        registration_open: config.registration_open,
        script_bytes_most: config.script_bytes_most,
        secure_cookies: config.server.profile == Profile::Production,
        version: config.version.clone(),
        store: store.clone(),
        cache: cache.clone(),
        tally: tally.clone(),
    });
    create_operator(&config, &state).await?;
    let requests = (config.requests_per_minute > 0).then(|| Arc::new(Quota::new(config.requests_per_minute)));
    let routes = Router::new()
        .merge(api::routes(config.script_bytes_most))
        .merge(pages::routes())
        .with_state(state)
        .layer(from_fn_with_state(requests, limit::limit))
        .layer(from_fn_with_state(tally.clone(), figures::count));
    let service = Service {
        name: SERVICE,
        version: config.version,
        config: config.server,
        health_path: "/health",
        dependencies: vec![Arc::new(Rows(store.clone())), cache],
        routes,
        faults,
        patience: vec![
            (api::BUNDLE_ROUTE, BUNDLE_TIME),
            (api::SCHEDULE_ROUTE, BUNDLE_TIME),
            (api::SCRIPT_ROUTE, BUNDLE_TIME),
        ],
        missing_page: Some(pages::missing),
    };
    tokio::spawn(tally.clone().keep(store.clone()));
    let ended = fleet_kit::serve(service).await?;
    tally.flush(&store).await;
    Ok(ended)
}

/// Brings the schema forward where that is allowed on start; else demands that it has been.
async fn prepare_schema(config: &Config) -> Result<(), StartError> {
    let mut fit = migrations::fit(&config.database.url, config.release).await?;
    if config.migrate_on_start && matches!(fit, Fit::Behind { .. }) {
        let outcome = migrations::migrate(&config.database.url, config.release.schema().0).await?;
        for step in outcome.steps {
            tracing::info!(revision = step.revision.as_str(), name = step.name, "applied a migration");
        }
        fit = migrations::fit(&config.database.url, config.release).await?;
    }
    match fit {
        Fit::Good { revision } => {
            tracing::info!(revision, "the schema fits");
            Ok(())
        }
        unfit => Err(StartError::Unfit(told(&unfit))),
    }
}

async fn create_operator(config: &Config, state: &Shared) -> Result<(), StartError> {
    let Some((email, password)) = &config.operator else {
        return Ok(());
    };
    if state.store.credentials(email).await?.is_some() {
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
