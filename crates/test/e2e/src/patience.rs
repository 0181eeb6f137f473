//! How much longer than promised something may take where other tests load the machine.

use std::time::Duration;

/// `limit`, times `$CALLSHEET_PATIENCE` if that is set: `cargo xtask test` sets it, a soak holds the promise itself.
pub fn patience(limit: Duration) -> Duration {
    let factor = std::env::var("CALLSHEET_PATIENCE").ok().and_then(|text| text.parse().ok());
    limit * factor.unwrap_or(1)
}
