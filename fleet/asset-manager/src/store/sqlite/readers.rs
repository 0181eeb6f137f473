//! Readers: connections lent to blocking threads, so that reads never wait for the writer.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::store::StoreError;

/// Reads at the same time; more wait.
const CONNECTIONS: usize = 4;

/// A pool of connections that can only read.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Readers, rusqlite::Error> {
        let mut idle = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            let connection = fleet_kit::sqlite::connect(path)?;
            connection.pragma_update(None, "query_only", "ON")?;
            idle.push(connection);
        }
        Ok(Readers { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let failed = |cause: String| StoreError::Failed { doing, cause };
        let permit = self.permits.clone().acquire_owned().await.map_err(|error| failed(error.to_string()))?;
        let idle = self.idle.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = connection.ok_or("no reader is idle".to_owned())?;
            let outcome = work(&connection).map_err(|error| error.to_string());
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            outcome
        });
        reading.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
    }
}
