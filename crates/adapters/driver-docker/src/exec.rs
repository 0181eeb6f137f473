//! Commands beside a container's own process.

use bollard::exec::{CreateExecOptions, StartExecResults};
use callsheet_rollout::{DriverError, InstanceId};
use futures_util::StreamExt;

use crate::driver::DockerDriver;
use crate::engine::failed;

/// Which stream a part was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl DockerDriver {
    /// The name of the container that this instance is; `None` if it has none that runs.
    pub fn container_of(&self, id: &InstanceId) -> Option<String> {
        let found = self.containers(Some(id)).ok()?;
        found.into_iter().find(|container| container.is_running()).map(|container| container.id)
    }

    /// Runs a command in the container, with its environment and folder and without standard input; `told` gets what it writes. Its exit code.
    pub fn exec(
        &self,
        container: &str,
        command: &[String],
        mut told: impl FnMut(Stream, &[u8]),
    ) -> Result<i64, DriverError> {
        let docker = &self.engine.docker;
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let ran = self.engine.wait(async {
            let exec = docker.create_exec(container, options).await?;
            if let StartExecResults::Attached { mut output, .. } = docker.start_exec(&exec.id, None).await? {
                while let Some(part) = output.next().await {
                    match part? {
                        bollard::container::LogOutput::StdErr { message } => told(Stream::Err, &message),
                        part => told(Stream::Out, &part.into_bytes()),
                    }
                }
            }
            docker.inspect_exec(&exec.id).await
        });
        let ran = ran.map_err(|error| failed("run a command in the container".into(), error))?;
        Ok(ran.exit_code.unwrap_or(-1))
    }
}
