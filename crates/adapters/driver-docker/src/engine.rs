//! The connection to the Engine, for callers that wait.

use std::io;
use std::path::Path;
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, Docker};
use callsheet_rollout::DriverError;
use tokio::runtime::{Builder, Runtime};

/// A client and the runtime it works on.
pub(crate) struct Engine {
    pub(crate) docker: Docker,
    runtime: Runtime,
}

/// The Engine answers within this time, or counts as not answering; pulling an image may take it for each part.
const PATIENCE_SECONDS: u64 = 60;

impl Engine {
    /// Connects and agrees on a version.
    pub(crate) fn connect(socket: &Path) -> Result<Engine, DriverError> {
        let operation = || format!("reach the Docker Engine at `{}`", socket.display());
        let failed = |source: Error| failed(operation(), source);
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error: io::Error| DriverError::Failed { operation: operation(), source: error.into() })?;
        let path = socket.to_string_lossy();
        let docker = runtime.block_on(async {
            let docker = Docker::connect_with_unix(&path, PATIENCE_SECONDS, API_DEFAULT_VERSION)?;
            docker.negotiate_version().await
        });
        Ok(Engine { docker: docker.map_err(failed)?, runtime })
    }

    /// Waits longer for each answer: what ends something answers when it ended.
    pub(crate) fn patient(mut self, grace: callsheet_base::Duration) -> Engine {
        self.docker = self.docker.with_timeout(grace.to_std() + Duration::from_secs(PATIENCE_SECONDS));
        self
    }

    /// Waits for an answer.
    pub(crate) fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }
}

/// The Engine's refusal, in its own words, if it was one.
pub(crate) fn refusal(error: &Error) -> Option<(u16, &str)> {
    match error {
        Error::DockerResponseServerError { status_code, message } => Some((*status_code, message)),
        _ => None,
    }
}

/// True if what was asked for is not there.
pub(crate) fn is_missing(error: &Error) -> bool {
    refusal(error).is_some_and(|(code, _)| code == 404)
}

pub(crate) fn failed(operation: String, source: Error) -> DriverError {
    DriverError::Failed { operation, source: Box::new(source) }
}
