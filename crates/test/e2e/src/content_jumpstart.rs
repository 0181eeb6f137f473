//! Content Jumpstart on a desk: released by Callsheet behind its edge with its front end, operated by its own runbook.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::desk::Desk;
use crate::fleet::{asking_step, configuration, copy};
use crate::programs::{callsheet_program, program};

const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
const PASSWORD: &str = "correct-horse-battery";
const RUNBOOK: &str = "runbooks/content-jumpstart.md";
/// The repository's configuration, with holds short enough for a story.
const SHORT: &str = r#"
[environments.test]

[environments.test.services.content-jumpstart]
ready = { interval = "100ms" }

[environments.test.services.content-jumpstart.edge]
listen = "127.0.0.1:0"
sticky = "none"

[environments.test.services.content-jumpstart.release]
hold = "0s"
keep_old = "2s"
later = []
"#;

/// The service, with the repository's runbook, scripts, migrations and built front end beside it. Ends with its desk.
pub struct ContentJumpstart {
    /// Where Callsheet runs.
    pub desk: Desk,
}

impl ContentJumpstart {
    /// Starts release 1.0.0 with fault switches, on the schema that it needs.
    pub fn start() -> ContentJumpstart {
        let desk = Desk::empty();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        for part in ["runbooks", "fleet/content-jumpstart/migrations", "fleet/content-jumpstart/web/dist"] {
            copy(&repository.join(part), &desk.path().join(part));
        }
        desk.write("callsheet.toml", &configuration(SHORT));
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = callsheet_program().parent().expect("a file is in a folder").display();
        let settings = [
            ("PATH", format!("{programs}:{path}")),
            ("FAULTS_ENABLED", "true".to_owned()),
            ("FAULTS_TOKEN", FAULTS_TOKEN.to_owned()),
            ("OPERATOR_PASSWORD", PASSWORD.to_owned()),
        ];
        let desk = settings.into_iter().fold(desk, |desk, (name, value)| desk.with_variable(name, value));
        let service = ContentJumpstart { desk };
        service.shell("runbooks/content-jumpstart/service.sh setup");
        service.shell("runbooks/content-jumpstart/service.sh migrate up --to 4");
        let artifact = built().display().to_string();
        let deploy = ["deploy", "content-jumpstart", "--version", "1.0.0", "--artifact", &artifact];
        service.desk.callsheet(&[&deploy[..], &["--env", "test", "--yes"]].concat()).expect(0);
        service
    }

    /// Where the edge answers for it; `None` before it was started.
    pub fn address(&self) -> Option<SocketAddr> {
        let ending = self.desk.callsheet(&["edge", "status", "--format", "json"]);
        let status: Value = serde_json::from_str(&ending.stdout).ok()?;
        status["listeners"][0]["address"].as_str()?.parse().ok()
    }

    /// Its instances, as `callsheet instances` lists them.
    #[track_caller]
    pub fn instances(&self) -> Vec<Value> {
        let ending = self.desk.callsheet(&["instances", "--format", "json"]).expect(0);
        let list: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
        list["instances"].as_array().cloned().unwrap_or_default()
    }

    /// The version that answers.
    pub fn version(&self) -> String {
        let health = self.shell("curl -sS \"$base_url/health\"");
        health.split("\"version\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }

    /// Runs shell words beside the runbook, which must succeed; `$base_url` and `$token` are set.
    #[track_caller]
    pub fn shell(&self, words: &str) -> String {
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", words]).current_dir(self.desk.path()).stdin(Stdio::null());
        command.envs(self.desk.variables().iter().map(|(name, value)| (name, value)));
        command.env("CALLSHEET_STATE", self.desk.state()).env("CALLSHEET_DESK", self.desk.path());
        command.env("base_url", self.base_url()).env("token", FAULTS_TOKEN);
        let output = command.output().expect("bash starts");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "`{words}` failed: {said}");
        said
    }

    /// Switches a fault on in every instance.
    #[track_caller]
    pub fn fault(&self, name: &str, body: &str) {
        for address in self.instances().iter().filter_map(|instance| instance["address"].as_str()) {
            self.shell(&format!(
                "curl -fsS -X PUT \"http://{address}/faults/{name}\" -H \"authorization: Bearer $token\" -d '{body}'"
            ));
        }
    }

    /// Runs a procedure of its runbook to its end, approving and confirming whatever asks for it; gives the run's id and its output.
    #[track_caller]
    pub fn procedure(&self, heading: &str, more: &[&str], code: i32) -> (String, String) {
        let before = self.desk.runs();
        let place = format!("{RUNBOOK}#{heading}");
        let base_url = format!("base_url={}", self.base_url());
        let artifact = format!("artifact={}", built().display());
        let plain = ["run", &place, "--env", "test", "--param", &base_url, "--param", &artifact, "--yes"];
        let mut ending = self.desk.start(&[&plain, more].concat()).wait();
        let run = self.desk.runs().into_iter().find(|run| !before.contains(run));
        let run = run.unwrap_or_else(|| panic!("no run is on record: {ending}"));
        while let Some(step) = asking_step(&self.desk, &run) {
            let answered = |answer| self.desk.callsheet(&[answer, &run, &step, "--note", "a drill"]);
            if answered("approve").code != Some(0) {
                answered("confirm").expect(0);
            }
            ending = self.desk.start(&["resume", &run, "--yes"]).wait();
        }
        let ending = ending.expect(code);
        let logs = self.desk.callsheet(&["logs", &run]).text();
        assert!(!logs.contains(PASSWORD) && !ending.text().contains(PASSWORD), "a secret is shown: {ending}");
        (run, logs)
    }

    fn base_url(&self) -> String {
        self.address().map(|address| format!("http://{address}")).unwrap_or_default()
    }
}

fn built() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program("content-jumpstart"))
}
