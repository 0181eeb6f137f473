//! A service of the fleet on a desk: released by Callsheet behind its edge, operated by its own runbook.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::desk::Desk;
use crate::ending::{Ending, Program};
use crate::programs::{callsheet_program, program};

/// Opens the fault switches; the same for every story.
const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
const PASSWORD: &str = "correct-horse-battery";
const RUNBOOK: &str = "runbooks/asset-manager.md";
/// The repository's configuration, with steps short enough for a story; what must be noticed is coarse for the same reason.
const SHORT: &str = r#"
[environments.test]

[environments.test.services.asset-manager]
ready = { interval = "100ms" }

[environments.test.services.asset-manager.edge]
listen = "127.0.0.1:0"
sticky = "none"

[environments.test.services.asset-manager.release]
steps = ["50%"]
hold = "2s"
keep_old = "1s"
later = []
judging = { must_see = "90%", false_alarm = "5%", latency = false }
"#;

/// Its keys as references, and how they are rotated.
const SECRETS: &str = r#"
[environments.test.services.asset-manager.environment]
JWT_SECRET = "secret://JWT_SECRET"
JWT_SECRET_PREVIOUS = "secret://JWT_SECRET@previous"

[secrets.JWT_SECRET]
services = ["asset-manager"]
max_age = "90d"
overlap = "1s"
verify = ["true"]
"#;

/// The asset manager, with the repository's runbook and scripts beside it. Ends with its desk.
pub struct AssetManager {
    /// Where Callsheet runs.
    pub desk: Desk,
}

impl AssetManager {
    /// Starts version 1.0.0 with fault switches, a story in its database, and a backup of that.
    pub fn start() -> AssetManager {
        AssetManager::start_with(SHORT)
    }

    /// As [`AssetManager::start`]; `more` stands in `callsheet.toml` behind the repository's, and says what the environment `test` is.
    pub fn start_with(more: &str) -> AssetManager {
        AssetManager::start_prepared(more, |_| {})
    }

    /// With the key of its tokens in Callsheet's secrets, instead of in its settings.
    pub fn start_with_secrets() -> AssetManager {
        AssetManager::start_prepared(&format!("{SHORT}{SECRETS}"), |service| {
            service.desk.callsheet(&["secrets", "init", "--env", "test"]).expect(0);
            service.desk.callsheet(&["secrets", "set", "JWT_SECRET", "--random", "--env", "test"]).expect(0);
        })
    }

    fn start_prepared(more: &str, prepare: impl FnOnce(&AssetManager)) -> AssetManager {
        let desk = Desk::empty();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        copy(&repository.join("runbooks"), &desk.path().join("runbooks"));
        desk.write("callsheet.toml", &configuration(more));
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = callsheet_program().parent().expect("a file is in a folder").display();
        let settings = [
            ("PATH", format!("{programs}:{path}")),
            ("FAULTS_ENABLED", "true".to_owned()),
            ("FAULTS_TOKEN", FAULTS_TOKEN.to_owned()),
            ("ADMIN_PASSWORD", PASSWORD.to_owned()),
            ("program", asset_manager_program().display().to_string()),
            ("CALLSHEET_IDENTITY_FILE", String::new()),
            ("XDG_CONFIG_HOME", desk.path().join("home").display().to_string()),
        ];
        let desk = settings.into_iter().fold(desk, |desk, (name, value)| desk.with_variable(name, value));
        let service = AssetManager { desk };
        prepare(&service);
        service.shell("runbooks/asset-manager/service.sh setup");
        service.shell("runbooks/asset-manager/service.sh migrate \"$program\"");
        let artifact = asset_manager_program().display().to_string();
        let deploy =
            ["deploy", "asset-manager", "--version", "1.0.0", "--artifact", &artifact, "--env", "test", "--yes"];
        service.desk.callsheet(&deploy).expect(0);
        service.shell(STORY);
        service.shell("runbooks/asset-manager/service.sh backup first");
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

    /// Signs the admin in; what opens the doors, and an element to write to.
    #[track_caller]
    pub fn signed_in(&self) -> (String, String) {
        let said = self.shell(SIGN_IN);
        let mut words = said.split_whitespace();
        let mut next = || words.next().unwrap_or_else(|| panic!("no token, or no element: {said}")).to_owned();
        (next(), next())
    }

    /// The version that answers.
    pub fn version(&self) -> String {
        let health = self.shell("curl -sS \"$base_url/health\"");
        health.split("\"version\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }

    /// Runs shell words beside the runbook, which must succeed; `$base_url` and `$token` are set.
    #[track_caller]
    pub fn shell(&self, words: &str) -> String {
        let base_url = self.base_url();
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", words]).current_dir(self.desk.path()).stdin(Stdio::null());
        command.envs(self.desk.variables().iter().map(|(name, value)| (name, value)));
        command.env("base_url", base_url).env("token", FAULTS_TOKEN);
        let output = command.output().expect("bash starts");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "`{words}` failed: {said}");
        said
    }

    /// Switches a fault on in every instance of a version.
    #[track_caller]
    pub fn fault(&self, version: &str, name: &str, body: &str) {
        let instances = self.instances();
        let concerned = instances.iter().filter(|instance| instance["version"] == version);
        for address in concerned.filter_map(|instance| instance["address"].as_str()) {
            self.shell(&format!(
                "curl -fsS -X PUT \"http://{address}/faults/{name}\" -H \"authorization: Bearer $token\" -d '{body}'"
            ));
        }
    }

    /// Begins a procedure of its runbook, with more arguments if there are any.
    pub fn begin(&self, heading: &str, more: &[&str]) -> Program {
        let place = format!("{RUNBOOK}#{heading}");
        let base_url = format!("base_url={}", self.base_url());
        let artifact = format!("artifact={}", asset_manager_program().display());
        let plain = ["run", &place, "--env", "test", "--param", &base_url, "--param", &artifact, "--yes"];
        self.desk.start(&[&plain, more].concat())
    }

    /// Runs a procedure of its runbook to its end, approving whatever asks for it; gives the run's id and its output.
    #[track_caller]
    pub fn procedure(&self, heading: &str, code: i32) -> (String, String) {
        self.procedure_with(heading, &[], code)
    }

    /// As [`AssetManager::procedure`], with more arguments.
    #[track_caller]
    pub fn procedure_with(&self, heading: &str, more: &[&str], code: i32) -> (String, String) {
        let before = self.desk.runs();
        let ending = self.begin(heading, more).wait();
        let run = self.desk.runs().into_iter().find(|run| !before.contains(run));
        let run = run.unwrap_or_else(|| panic!("no run is on record: {ending}"));
        let ending = self.approve(&run, ending, |run| self.desk.start(&["resume", run, "--yes"]).wait());
        let ending = ending.expect(code);
        let logs = self.desk.callsheet(&["logs", &run]).text();
        assert!(!logs.contains(PASSWORD) && !ending.text().contains(PASSWORD), "a secret is shown: {ending}");
        (run, logs)
    }

    /// Approves and confirms whatever a run asks for, until it asks no more; `resume` goes on with it each time.
    #[track_caller]
    pub fn approve(&self, run: &str, mut ending: Ending, resume: impl Fn(&str) -> Ending) -> Ending {
        while let Some(step) = asking_step(&self.desk, run) {
            let answered = |answer| self.desk.callsheet(&[answer, run, &step, "--note", "a drill"]);
            if answered("approve").code != Some(0) {
                answered("confirm").expect(0);
            }
            ending = resume(run);
        }
        ending
    }

    fn base_url(&self) -> String {
        self.address().map(|address| format!("http://{address}")).unwrap_or_default()
    }
}

/// The repository's configuration, and more.
pub(crate) fn configuration(more: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../callsheet.toml");
    let repositorys = std::fs::read_to_string(path).expect("the repository has one");
    format!("{repositorys}{more}")
}

/// The step that asks for an approval.
pub(crate) fn asking_step(desk: &Desk, run: &str) -> Option<String> {
    let record = desk.record(run);
    let steps = record["steps"].as_array()?;
    steps.iter().find(|step| step["state"] == "asked")?["id"].as_str().map(str::to_owned)
}

fn asset_manager_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program("asset-manager"))
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the desk can be written to");
    for entry in std::fs::read_dir(from).expect("the repository has runbooks") {
        let entry = entry.expect("a listed file");
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

/// A token, and the first element.
const SIGN_IN: &str = r#"
curl -fsS "$base_url/api/auth/login" -H 'content-type: application/json' \
  -d "{\"email\":\"admin@studio.example\",\"password\":\"$ADMIN_PASSWORD\"}" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'
echo
universe=$(curl -fsS "$base_url/api/universes" | grep -o '"id":"[^"]*"' | head -n 1 | cut -d'"' -f4)
curl -fsS "$base_url/api/universes/$universe/elements" | grep -o '"id":"[^"]*"' | head -n 1 | cut -d'"' -f4
"#;

/// A universe, an element and some texts.
const STORY: &str = r#"
api() { curl -fsS "$base_url$1" -H 'content-type: application/json' -H "authorization: Bearer ${access:-}" -d "$2"; }
id() { sed -n 's/^{"id":"\([^"]*\)".*/\1/p'; }
access=$(api /api/auth/login "{\"email\":\"admin@studio.example\",\"password\":\"$ADMIN_PASSWORD\"}" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
universe=$(api /api/universes '{"name":"Harbour","visibility":"public"}' | id)
element=$(api "/api/universes/$universe/elements" '{"kind":"place","name":"The Quay"}' | id)
for number in 1 2 3 4; do
  api "/api/elements/$element/components" "{\"kind\":\"text\",\"title\":\"Text $number\",\"text\":\"Fog.\"}" >/dev/null
done
"#;
