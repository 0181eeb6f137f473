//! The service that the demo operates: started, looked at and stopped through its own script.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

const SCRIPT: &str = "runbooks/asset-manager/service.sh";

/// The asset manager in a folder of its own.
pub struct Service {
    desk: PathBuf,
    variables: Vec<(String, String)>,
}

impl Service {
    /// In `desk`, which holds a copy of `runbooks/`; `program` is what its releases are copies of.
    pub fn new(desk: &Path, program: &Path) -> Service {
        let variable = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
        let variables = vec![
            variable("ASSET_MANAGER_HOME", &desk.join("asset-manager")),
            variable("ASSET_MANAGER_BIN", program),
            ("PORT".to_owned(), "0".to_owned()),
        ];
        Service { desk: desk.to_owned(), variables }
    }

    /// What its script needs to know, in Callsheet's environment too.
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// Runs its script; gives what it printed, without the last line's end.
    pub fn script(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(self.desk.join(SCRIPT));
        command.args(arguments).current_dir(&self.desk).stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = command.output().with_context(|| format!("cannot start {SCRIPT}"))?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "`{SCRIPT} {}` failed: {said}", arguments.join(" "));
        Ok(said.trim_end().to_owned())
    }

    /// Where it answers.
    pub fn address(&self) -> anyhow::Result<String> {
        let port = std::fs::read_to_string(self.home().join("port")).context("the service wrote no port file")?;
        Ok(format!("http://127.0.0.1:{}", port.trim()))
    }

    /// Whether it was ever told to stop, by its own log.
    pub fn is_draining(&self) -> bool {
        self.log().contains("draining")
    }

    /// How often `release` has started to listen, by the service's own log.
    pub fn starts_of(&self, release: &str) -> usize {
        let version = format!("\"version\":\"{release}\"");
        self.log().lines().filter(|line| line.contains("\"listening\"") && line.contains(&version)).count()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.home().join("log")).unwrap_or_default()
    }

    fn home(&self) -> PathBuf {
        self.desk.join("asset-manager")
    }
}
