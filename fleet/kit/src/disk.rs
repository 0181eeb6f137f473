//! The disk that a service keeps its data on, as a dependency.

use std::path::PathBuf;

use serde_json::json;

use crate::health::{Checking, Dependency};

/// Free space of the file system that holds `folder`; also the gauge `storage_free_ratio`.
pub struct Disk {
    /// Any folder on it.
    pub folder: PathBuf,
    /// Less free space than this share (0–1) counts as down.
    pub free_ratio_least: f64,
}

impl Disk {
    fn measure(&self) -> Result<serde_json::Value, String> {
        let stat = rustix::fs::statvfs(&self.folder).map_err(|error| format!("cannot ask for free space: {error}"))?;
        let ratio = if stat.f_blocks == 0 { 1.0 } else { stat.f_bavail as f64 / stat.f_blocks as f64 };
        metrics::gauge!("storage_free_ratio").set(ratio);
        let percent = (ratio * 1000.0).round() / 10.0;
        if ratio < self.free_ratio_least {
            return Err(format!("only {percent} % of the disk is free"));
        }
        Ok(json!({"free_percent": percent}))
    }
}

impl Dependency for Disk {
    fn name(&self) -> &'static str {
        "storage"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async { self.measure() })
    }
}
