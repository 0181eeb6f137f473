//! Whether what a service depends on is healthy, as `[services.NAME] dependencies` asks.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::exit::Exit;
use crate::failure::Failure;

/// For one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs each command in `folder`; the first that does not succeed is a refusal.
pub fn healthy(commands: &[String], folder: &Path) -> Result<(), Failure> {
    commands.iter().try_for_each(|command| {
        ask(command, folder).map_err(|why| {
            Failure::user(format!("a dependency is not healthy: `{command}` {why}"))
                .hint("put that right first; `--regardless` restarts all the same")
                .exit(Exit::Denied)
        })
    })
}

fn ask(command: &str, folder: &Path) -> Result<(), String> {
    let spawned = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = spawned.map_err(|error| format!("cannot be started: {error}"))?;
    let until = Instant::now() + PATIENCE;
    loop {
        match child.try_wait().map_err(|error| format!("cannot be watched: {error}"))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("ended with {status}")),
            None if Instant::now() >= until => {
                // One that ended meanwhile is as wanted.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("did not answer within {} s", PATIENCE.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_not_healthy_is_named() {
        let commands = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let folder = Path::new("/");
        assert!(healthy(&commands(&["true", "test -d tmp"]), folder).is_ok());
        let refused = healthy(&commands(&["true", "exit 3", "exit 4"]), folder).unwrap_err();
        assert_eq!(refused.message, "a dependency is not healthy: `exit 3` ended with exit status: 3");
    }
}
