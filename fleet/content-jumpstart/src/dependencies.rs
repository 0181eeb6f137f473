//! What readiness depends on, and what health says beside it.

use std::sync::Arc;

use fleet_kit::health::{Checking, Dependency};
use serde_json::{Map, Value, json};

use crate::state::{Shared, UNAVAILABLE};
use crate::store::Store;
use crate::writing::Limiter;

/// The database.
pub struct Rows(pub Arc<Store>);

impl Dependency for Rows {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            let condition = self.0.check().await.map_err(|error| {
                tracing::error!(%error, "the database's check failed");
                "it does not read or take writes; `/api/health/db` and the log say more".to_owned()
            })?;
            Ok(json!({"kind": self.0.kind(), "schema_version": condition.schema_version, "pool": self.0.pool()}))
        })
    }
}

/// Those who write posts: the worker of this instance. The provider is nobody's dependency: without it people can still
/// review and deliver.
pub struct Writers {
    pub state: Shared,
    pub limiter: Arc<Limiter>,
    pub provider_name: &'static str,
    pub debug: bool,
}

impl Dependency for Writers {
    fn name(&self) -> &'static str {
        "worker"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            if self.state.faults.is_on(UNAVAILABLE) {
                return Err("it has not looked for work for 30 s".to_owned());
            }
            let silent = self.state.worker.silent_for();
            if silent.as_secs() >= 30 {
                return Err(format!("it has not looked for work for {} s", silent.as_secs()));
            }
            Ok(json!({"provider": self.provider_name}))
        })
    }

    fn headline(&self) -> Map<String, Value> {
        let pairs = [
            ("debug_mode", json!(self.debug)),
            ("rate_limits", self.limiter.figures()),
            ("provider", json!(self.provider_name)),
            ("front_end", json!(self.state.front_end.source())),
            ("signing_key", json!(self.state.tokens.fingerprint())),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
