//! A service that Callsheet operates on a desk by its runbook: what every such service is asked and told.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::desk::Desk;
use crate::ending::Ending;
use crate::fleet::asking_step;

/// The environment of `callsheet.toml` in which stories play.
const ENVIRONMENT: &str = "test";

/// A procedure that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(300);

/// One of them; its name is also its runbook's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operated<'d> {
    /// Where Callsheet runs.
    pub(crate) desk: &'d Desk,
    /// The service's name.
    pub(crate) service: &'static str,
    /// What readiness or health is asked at; the answer names the version.
    pub(crate) health: &'static str,
    /// What no output may show.
    pub(crate) password: &'static str,
    /// Opens the fault switches.
    pub(crate) faults_token: &'static str,
}

impl Operated<'_> {
    /// Brings a release out without its runbook.
    #[track_caller]
    pub(crate) fn deploy(&self, version: &str, program: &Path) {
        let artifact = program.display().to_string();
        let line =
            ["deploy", self.service, "--version", version, "--artifact", &artifact, "--env", ENVIRONMENT, "--yes"];
        self.desk.callsheet(&line).expect(0);
    }

    /// Where the edge answers for it; `None` before it was started.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        let ending = self.desk.callsheet(&["edge", "status", "--env", ENVIRONMENT, "--format", "json"]);
        let status: Value = serde_json::from_str(&ending.stdout).ok()?;
        status["listeners"][0]["address"].as_str()?.parse().ok()
    }

    fn base_url(&self) -> String {
        self.address().map(|address| format!("http://{address}")).unwrap_or_default()
    }

    /// Its instances, as `callsheet instances` lists them.
    #[track_caller]
    pub(crate) fn instances(&self) -> Vec<Value> {
        let line = ["instances", "--service", self.service, "--env", ENVIRONMENT, "--format", "json"];
        let list: Value = serde_json::from_str(&self.desk.callsheet(&line).expect(0).stdout).expect("it is JSON");
        list["instances"].as_array().cloned().unwrap_or_default()
    }

    /// The version that answers.
    #[track_caller]
    pub(crate) fn version(&self) -> String {
        let health = self.shell(&format!("curl -sS \"$base_url{}\"", self.health));
        health.split("\"version\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }

    /// Runs shell words beside the runbook, which must succeed; `$base_url` and `$token` (of the fault switches) are set.
    #[track_caller]
    pub(crate) fn shell(&self, words: &str) -> String {
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", words]).current_dir(self.desk.path()).stdin(Stdio::null());
        command.env("CALLSHEET_STATE", self.desk.state()).env("CALLSHEET_DESK", self.desk.path());
        command.env("CALLSHEET_ENVIRONMENT", ENVIRONMENT);
        command.envs(self.desk.variables().iter().map(|(name, value)| (name, value)));
        command.env("base_url", self.base_url()).env("token", self.faults_token);
        let output = command.output().expect("bash starts");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "`{words}` failed: {said}");
        said
    }

    /// Switches a fault on in every instance.
    #[track_caller]
    pub(crate) fn fault(&self, name: &str, body: &str) {
        for address in self.instances().iter().filter_map(|instance| instance["address"].as_str()) {
            self.shell(&format!(
                "curl -fsS -X PUT \"http://{address}/faults/{name}\" -H \"authorization: Bearer $token\" -d '{body}'"
            ));
        }
    }

    /// Runs a procedure of its runbook to its end, approving and confirming whatever asks for it; gives the run's id and its output.
    #[track_caller]
    pub(crate) fn procedure(&self, heading: &str, parameters: &[(&str, &str)], code: i32) -> (String, String) {
        let before = self.desk.runs();
        let place = format!("runbooks/{}.md#{heading}", self.service);
        let given: Vec<String> = [("base_url", self.base_url().as_str())]
            .iter()
            .chain(parameters)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut line = vec!["run", &place, "--env", ENVIRONMENT, "--yes"];
        line.extend(given.iter().flat_map(|one| ["--param", one]));
        let ending = self.patiently(&line);
        let run = self.desk.runs().into_iter().find(|run| !before.contains(run));
        let run = run.unwrap_or_else(|| panic!("no run is on record: {ending}"));
        let ending = self.answered(&run, ending).expect(code);
        let logs = self.desk.callsheet(&["logs", &run]).text();
        let shown = logs.contains(self.password) || ending.text().contains(self.password);
        assert!(!shown, "a secret is shown: {ending}");
        (run, logs)
    }

    #[track_caller]
    fn patiently(&self, line: &[&str]) -> Ending {
        self.desk.start(line).wait_for(LONGEST).unwrap_or_else(|ending| panic!("hangs: {ending}"))
    }

    /// Says yes to whatever a run asks, until it asks no more.
    #[track_caller]
    fn answered(&self, run: &str, mut ending: Ending) -> Ending {
        while let Some(step) = asking_step(self.desk, run) {
            let answered = |answer| self.desk.callsheet(&[answer, run, &step, "--note", "a drill"]);
            if answered("approve").code != Some(0) {
                answered("confirm").expect(0);
            }
            ending = self.patiently(&["resume", run, "--yes"]);
        }
        ending
    }
}
