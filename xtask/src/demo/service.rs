//! The service that the demo operates: its place, made by its own script, and its instances as Callsheet lists them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use callsheet_e2e::Desk;
use serde_json::Value;

const SCRIPT: &str = "runbooks/asset-manager/service.sh";

/// The asset manager in a folder of its own.
pub struct Service {
    desk: PathBuf,
}

impl Service {
    /// In `desk`, which holds a copy of `runbooks/`.
    pub fn new(desk: &Path) -> Service {
        Service { desk: desk.to_owned() }
    }

    /// Runs its script; gives what it printed, without the last line's end.
    pub fn script(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(self.desk.join(SCRIPT));
        command.args(arguments).current_dir(&self.desk).stdin(Stdio::null());
        let output = command.output().with_context(|| format!("cannot start {SCRIPT}"))?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "`{SCRIPT} {}` failed: {said}", arguments.join(" "));
        Ok(said.trim_end().to_owned())
    }

    /// The versions of its instances.
    pub fn versions(&self, desk: &Desk) -> anyhow::Result<Vec<String>> {
        let list: Value = serde_json::from_str(&desk.callsheet(&["instances", "--format", "json"]).stdout)
            .context("the list of instances is no JSON")?;
        let list = list["instances"].as_array().context("the list of instances is none")?;
        Ok(list.iter().filter_map(|one| one["version"].as_str().map(str::to_owned)).collect())
    }
}

/// Where a desk's edge answers.
pub fn address(desk: &Desk) -> anyhow::Result<SocketAddr> {
    let ending = desk.callsheet(&["edge", "status", "--format", "json"]);
    let json: Value = serde_json::from_str(&ending.stdout).context("the edge's status is no JSON")?;
    let address = json["listeners"][0]["address"].as_str().context("the edge listens nowhere")?;
    address.parse().context("the edge's address is none")
}
