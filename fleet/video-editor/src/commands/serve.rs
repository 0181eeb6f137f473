//! `serve`.

use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use fleet_kit::config::Profile;
use fleet_kit::disk::Disk;
use fleet_kit::health::{Checking, Dependency};
use fleet_kit::passwords::{PasswordError, Passwords};
use fleet_kit::postgres::{ConnectError, POOL_EXHAUSTED};
use fleet_kit::quota::Quota;
use fleet_kit::redis::{Redis, RedisError};
use fleet_kit::sign_ins::SignIns;
use fleet_kit::tokens::Tokens;
use fleet_kit::uploads::Staging;
use fleet_kit::{Faults, Service, limit, logs, metering};
use serde_json::json;

use super::{causes, configured, failed};
use crate::cache::Cache;
use crate::collab::{BROADCAST_FAILURE, Rooms};
use crate::config::{Config, SERVICE};
use crate::generation::Generation;
use crate::jobs::{Bench, CODEC_REGRESSION, Ffmpeg, Wake, Workers};
use crate::media::MediaFolder;
use crate::state::{Shared, State, WriteLock};
use crate::store::{NewUser, Role, Store, StoreError};
use crate::{api, web};

/// Sign-ins of one client at one account in a minute.
const SIGN_INS_PER_MINUTE: u32 = 30;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("a folder cannot be made")]
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
    #[error("the address of Redis is wrong")]
    Redis(#[from] RedisError),
    #[error("passwords cannot be hashed")]
    Passwords(#[from] PasswordError),
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
        let hint = "`video-editor check-config` shows every setting, `video-editor probe` whether database, Redis and FFmpeg answer";
        failed("`video-editor` cannot start", causes(&error), hint)
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
    let faults = Faults::new(config.server.faults_token.clone(), vec!["database", "redis", "ffmpeg", "storage"]);
    faults.declare(&[POOL_EXHAUSTED, CODEC_REGRESSION, BROADCAST_FAILURE, web::MISSING_ASSET]);
    if config.migrate_on_start {
        for done in crate::migrations::migrator(&config.database, generation).await?.up().await? {
            tracing::info!(version = done.version, name = done.name, "applied a migration");
        }
    }
    let store = Store::open(&config.database, config.connections_most, faults.clone(), generation)?;
    check_schema(&store, generation).await?;
    faults.on_data_loss(half_migration(store.clone()));
    // Redis may be away: editing goes on with what each instance has.
    let redis = match &config.redis {
        Some(url) => Redis::open(url, faults.clone())?,
        None => Redis::in_process(faults.clone()),
    };
    let media = MediaFolder::open(&config.media, faults.clone()).map_err(StartError::Folder)?;
    let ffmpeg = Arc::new(Ffmpeg::new(config.ffmpeg.clone(), faults.clone()));
    let rooms = Rooms::open(store.clone(), redis.clone(), faults.clone());
    let (wake, lock) = (Wake::default(), WriteLock::default());
    let bench = Arc::new(Bench { store: store.clone(), media: media.clone(), ffmpeg: ffmpeg.clone() });
    let workers = Workers::start(bench, &config.jobs, &wake);
    let folder = media.path().to_owned();
    let state: Shared = Arc::new(State {
        store: store.clone(),
        rooms: rooms.clone(),
        cache: Cache::new(redis.clone()),
        tokens: Tokens::new(SERVICE, &config.jwt_secret, config.jwt_secret_previous.as_ref(), config.token_lifetime),
        passwords: Passwords::new()?,
        sign_ins: SignIns::new(SIGN_INS_PER_MINUTE),
        staging: Staging::open(&config.staging, faults.clone()).map_err(StartError::Folder)?,
        media,
        limits: config.limits,
        ffmpeg: ffmpeg.clone(),
        ffmpeg_config: config.ffmpeg.clone(),
        jobs: config.jobs.clone(),
        wake,
        lock: lock.clone(),
        faults: faults.clone(),
        registration_open: config.registration_open,
        origins: config
            .server
            .allowed_origins
            .iter()
            .filter_map(|origin| origin.to_str().ok().map(str::to_owned))
            .collect(),
        secure_cookies: config.server.profile == Profile::Production,
    });
    make_operator(&config, &state).await?;
    tokio::spawn(store.clone().exhaust_while_told());
    tokio::spawn(lock.follow(store.clone()));
    // Before anybody asks for health: on a busy machine this takes longer than health waits.
    ffmpeg.warm().await;
    let quota = (config.requests_per_minute > 0).then(|| Arc::new(Quota::new(config.requests_per_minute)));
    let routes = Router::new().merge(api::routes(&state)).merge(web::routes()).with_state(state);
    let patience = [api::UPLOAD_ROUTE, api::FILE_ROUTE, api::RENDERED_ROUTE, api::COLLABORATION_ROUTE];
    let service = Service {
        name: SERVICE,
        version: config.version,
        config: config.server,
        health_path: "/healthz",
        dependencies: vec![
            Arc::new(Rows { store, needed: generation.revision() }),
            Arc::new(Messages(redis)),
            ffmpeg,
            Arc::new(Disk { folder, free_ratio_least: 0.01 }),
        ],
        routes: routes.layer(from_fn_with_state(quota, limit::limit)),
        faults,
        patience: patience.map(|route| (route, config.upload_timeout)).to_vec(),
        missing_page: Some(web::missing),
    };
    let ended = fleet_kit::serve(service).await?;
    // Nobody asks any more: jobs go to whoever runs on, and the last edits to the database.
    workers.stop().await;
    let unsaved = rooms.save_all().await;
    if unsaved > 0 {
        tracing::error!(unsaved, "documents could not be saved; browsers that have them bring the edits again");
    }
    Ok(ended)
}

/// A release starts on the schemas that it was proved on, and on no other.
async fn check_schema(store: &Store, generation: Generation) -> Result<(), StartError> {
    let condition = store.check().await?;
    let (found, needed) = (condition.revision, generation.revision());
    if found < needed {
        return Err(StartError::Behind { found, needed });
    }
    if condition.oldest_release > generation.number() {
        return Err(StartError::Contracted { found, oldest: condition.oldest_release });
    }
    Ok(())
}

/// What the fault `data-loss` does here: it leaves the newest migration half done.
fn half_migration(store: Store) -> fleet_kit::faults::Losing {
    Box::new(move |share| {
        let store = store.clone();
        Box::pin(async move { store.undo_part_of_a_migration(share).await.map_err(|error| error.to_string()) })
    })
}

async fn make_operator(config: &Config, state: &Shared) -> Result<(), StartError> {
    let Some((email, password)) = &config.operator else { return Ok(()) };
    if state.store.credentials(email).await?.is_some() {
        return Ok(());
    }
    let password_hash = state.passwords.hash(password.expose().to_owned()).await?;
    let new = NewUser { email: email.clone(), name: "Operator".to_owned(), role: Role::Operator, password_hash };
    match state.store.create_user(new).await {
        Ok(user) => tracing::info!(user = %user.id, "made the operator"),
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
            let half = self.store.half_migrated().await.unwrap_or(0);
            metrics::gauge!("projects_half_migrated").set(half as f64);
            Ok(json!({
                "kind": "postgres",
                "schema_revision": condition.revision,
                "schema_needed": self.needed,
                "half_migrated": half,
                "pool": self.store.figures(),
            }))
        })
    }
}

/// Redis as health sees it: without it people go on editing, so readiness does without.
struct Messages(Redis);

impl Dependency for Messages {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn check(&self) -> Checking<'_> {
        self.0.check()
    }

    fn is_needed(&self) -> bool {
        false
    }
}
