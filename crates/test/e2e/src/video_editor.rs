//! The video editor on a desk: released by Callsheet behind its edge, operated by its own runbook.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::desk::Desk;
use crate::ending::{Ending, Program};
use crate::fleet::{asking_step, configuration, copy};
use crate::programs::{callsheet_program, program, program_named};

const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
const PASSWORD: &str = "correct-horse-battery";
const RUNBOOK: &str = "runbooks/video-editor.md";
/// The repository's configuration, with waits short enough for a story.
const SHORT: &str = r#"
[environments.test]

[environments.test.services.video-editor]
ready = { path = "/healthz/ready", interval = "5s" }

[environments.test.services.video-editor.edge]
listen = "127.0.0.1:0"
sticky = "none"

[environments.test.services.video-editor.release]
hold = "0s"
keep_old = "60s"
later = []
"#;

/// The video editor, with the repository's runbook and scripts beside it. Ends with its desk.
pub struct VideoEditor {
    /// Where Callsheet runs.
    pub desk: Desk,
    programs: Vec<PathBuf>,
}

impl VideoEditor {
    /// What its runbook can find and mend.
    pub const TOPICS: [&str; 9] = [
        "database-failed",
        "redis-lost",
        "websocket-failure",
        "ffmpeg-failure",
        "storage-full",
        "page-not-loading",
        "data-integrity",
        "performance-degradation",
        "regression-after-deploy",
    ];

    /// Starts a release, 1 or 2, on an empty database, with fault switches and two projects.
    pub fn start(database: &str, redis: &str, release: u8) -> VideoEditor {
        let desk = Desk::empty();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        copy(&repository.join("runbooks"), &desk.path().join("runbooks"));
        copy(&repository.join("fleet/video-editor/migrations"), &desk.path().join("fleet/video-editor/migrations"));
        desk.write("callsheet.toml", &configuration(SHORT));
        let programs = vec![program_named("video-editor", "video-editor-v1"), program("video-editor")];
        let path = std::env::var("PATH").unwrap_or_default();
        let ours = callsheet_program().parent().expect("a file is in a folder").display();
        let settings = [
            ("PATH", format!("{ours}:{path}")),
            ("FAULTS_ENABLED", "true".to_owned()),
            ("FAULTS_TOKEN", FAULTS_TOKEN.to_owned()),
            ("OPERATOR_PASSWORD", PASSWORD.to_owned()),
            ("DATABASE_URL", database.to_owned()),
            ("REDIS_URL", redis.to_owned()),
        ];
        let desk = settings.into_iter().fold(desk, |desk, (name, value)| desk.with_variable(name, value));
        let service = VideoEditor { desk, programs };
        let version = if release == 1 { "version=1.0.0" } else { "version=2.0.0" };
        let revision = if release == 1 { "revision=0004" } else { "revision=0005" };
        let artifact = format!("artifact={}", service.program(release).display());
        // The edge chooses its port only now, so what asks for the address is left out.
        let first = ["--param", version, "--param", revision, "--param", &artifact, "--without", "answers"];
        service.procedure("first-start", &first, 0);
        service.shell(STORY);
        service
    }

    /// A release's program.
    fn program(&self, release: u8) -> &Path {
        &self.programs[usize::from(release == 2)]
    }

    /// Where the edge answers for it; `None` before it was started.
    pub fn address(&self) -> Option<SocketAddr> {
        let ending = self.desk.callsheet(&["edge", "status", "--format", "json"]);
        let status: Value = serde_json::from_str(&ending.stdout).ok()?;
        status["listeners"][0]["address"].as_str()?.parse().ok()
    }

    fn base_url(&self) -> String {
        self.address().map_or_else(|| "http://127.0.0.1:1".to_owned(), |address| format!("http://{address}"))
    }

    /// The version that answers.
    #[track_caller]
    pub fn version(&self) -> String {
        let health = self.shell("curl -sS \"$base_url/healthz\"");
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

    /// What each instance's health says, on one line each.
    #[track_caller]
    pub fn health(&self) -> Vec<String> {
        self.each("healthz").lines().map(str::to_owned).collect()
    }

    /// A figure of each instance.
    #[track_caller]
    pub fn figures(&self, name: &str) -> Vec<f64> {
        let all = self.each("metrics");
        all.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()).collect()
    }

    /// What every instance answers at a path, one after the other.
    fn each(&self, path: &str) -> String {
        let ask = |address: &String| self.shell(&format!("curl -sS http://{address}/{path}; echo"));
        self.addresses().iter().map(ask).collect()
    }

    /// Its instances' addresses.
    fn addresses(&self) -> Vec<String> {
        let ending = self.desk.callsheet(&["instances", "--service", "video-editor", "--format", "json"]).expect(0);
        let list: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
        let all = list["instances"].as_array().into_iter().flatten();
        all.filter_map(|one| one["address"].as_str().map(str::to_owned)).collect()
    }

    /// Switches a fault on: in every instance, but what is done to the database once.
    #[track_caller]
    pub fn fault(&self, name: &str, body: &str) {
        let addresses = self.addresses();
        let concerned = if name == "data-loss" { &addresses[..1] } else { &addresses[..] };
        for address in concerned {
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
        let artifact = format!("artifact={}", self.program(2).display());
        let mut words = vec!["run", &place, "--env", "test", "--param", &base_url, "--yes"];
        if !more.iter().any(|word| word.starts_with("artifact=")) {
            words.extend(["--param", &artifact]);
        }
        let mut ending = patiently(self.desk.start(&[&words, more].concat()));
        let run = self.desk.runs().into_iter().find(|run| !before.contains(run));
        let run = run.unwrap_or_else(|| panic!("no run is on record: {ending}"));
        while let Some(step) = asking_step(&self.desk, &run) {
            let answered = |answer| self.desk.callsheet(&[answer, &run, &step, "--note", "a drill"]);
            if answered("approve").code != Some(0) {
                answered("confirm").expect(0);
            }
            ending = patiently(self.desk.start(&["resume", &run, "--yes"]));
        }
        let logs = self.desk.callsheet(&["logs", &run]).text();
        assert_eq!(ending.code, Some(code), "{ending}\n{logs}");
        assert!(!logs.contains(PASSWORD) && !ending.text().contains(PASSWORD), "a secret is shown: {ending}");
        (run, logs)
    }
}

/// A procedure renders films and may share its cores with many others.
#[track_caller]
fn patiently(program: Program) -> Ending {
    program.wait_for(Duration::from_secs(240)).unwrap_or_else(|ending| panic!("hangs: {ending}"))
}

/// Two projects.
const STORY: &str = r#"
access=$(curl -fsS "$base_url/api/auth/login" -H 'content-type: application/json' \
  -d "{\"email\":\"operator@studio.example\",\"password\":\"$OPERATOR_PASSWORD\"}" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
for name in Harbour Quay; do
  curl -fsS "$base_url/api/projects" -H 'content-type: application/json' -H "authorization: Bearer $access" -d "{\"name\":\"$name\"}"
done
"#;
