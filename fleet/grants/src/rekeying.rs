//! The background work of a rotation of the tax numbers' key: what is under a previous key is sealed anew, until nothing is.

use std::time::Duration;

use fleet_kit::health::{Checking, Dependency};
use serde_json::json;

use crate::state::Shared;

/// Between two looks when there is nothing to do.
const IDLE: Duration = Duration::from_secs(2);
/// Between two portions, so that people's requests come first.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs as long as the process. Without a previous key there is nothing to do.
pub async fn reseal(state: Shared) {
    if state.keys.previous().is_empty() {
        return;
    }
    loop {
        match state.store.reseal_some(&state.keys).await {
            Ok(0) => tokio::time::sleep(IDLE).await,
            Ok(count) => {
                metrics::counter!("afm_resealed_total").increment(count as u64);
                tracing::info!(count, "sealed tax numbers anew with the current key");
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                tracing::error!(%error, "tax numbers cannot be sealed anew");
                tokio::time::sleep(IDLE).await;
            }
        }
    }
}

/// The field keys as readiness sees them: down while a number is under a key that is not configured here, which is what
/// taking a key away too early would bring about.
pub struct FieldKeys(pub Shared);

impl Dependency for FieldKeys {
    fn name(&self) -> &'static str {
        "afm_keys"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            let in_use = self.0.store.keys_in_use().await.map_err(|error| {
                tracing::error!(%error, "the keys in use cannot be counted");
                "the database does not tell".to_owned()
            })?;
            let (known, previous) = (self.0.keys.names(), self.0.keys.previous());
            let count = |among: &dyn Fn(&String) -> bool| -> i64 {
                in_use.iter().filter(|(key, _)| among(key)).map(|(_, count)| count).sum()
            };
            let unreadable = count(&|key| !known.contains(key));
            let under_previous = count(&|key| previous.contains(key));
            metrics::gauge!("afm_under_previous_keys").set(under_previous as f64);
            metrics::gauge!("afm_under_unknown_keys").set(unreadable as f64);
            if unreadable > 0 {
                return Err(format!("{unreadable} tax numbers are under a key that is not configured"));
            }
            Ok(json!({"current": self.0.keys.current(), "under_previous_keys": under_previous}))
        })
    }
}
