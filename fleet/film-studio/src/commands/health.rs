//! The database as readiness sees it.

use std::sync::Arc;

use fleet_kit::health::{Checking, Dependency};
use serde_json::json;

use crate::store::{Store, StoreError};

pub(super) struct Rows(pub(super) Arc<Store>);

impl Dependency for Rows {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            let server = self.0.check().await.map_err(|error| {
                tracing::error!(%error, "the database's check failed");
                match error {
                    StoreError::Busy => format!("every connection of the pool is in use: {}", self.0.pool()),
                    _ => "it does not read or take writes; the log says more".to_owned(),
                }
            })?;
            Ok(json!({"server": server, "pool": self.0.pool()}))
        })
    }
}
