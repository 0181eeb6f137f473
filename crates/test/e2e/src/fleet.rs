//! A service of the fleet on a desk: started by its own script, operated by its own runbook.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::desk::Desk;
use crate::programs::program;

/// Opens the fault switches; the same for every story.
const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
const PASSWORD: &str = "correct-horse-battery";
const RUNBOOK: &str = "runbooks/asset-manager.md";

/// The asset manager, with the repository's runbook and scripts beside it. Ends with its desk.
pub struct AssetManager {
    /// Where Callsheet runs.
    pub desk: Desk,
}

impl AssetManager {
    /// Starts it with fault switches, a story in its database, and a backup of that.
    pub fn start() -> AssetManager {
        let desk = Desk::empty();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        copy(&repository.join("runbooks"), &desk.path().join("runbooks"));
        desk.write(
            "callsheet.toml",
            "[services.asset-manager]\nrunbooks = [\"runbooks/asset-manager.md\"]\n\n[environments.dev]\n",
        );
        let home = desk.path().join("home").display().to_string();
        let settings = [
            ("ASSET_MANAGER_HOME", home),
            ("ASSET_MANAGER_BIN", asset_manager_program().display().to_string()),
            ("PORT", "0".to_owned()),
            ("FAULTS_ENABLED", "true".to_owned()),
            ("FAULTS_TOKEN", FAULTS_TOKEN.to_owned()),
            ("ADMIN_PASSWORD", PASSWORD.to_owned()),
        ];
        let desk = settings.into_iter().fold(desk, |desk, (name, value)| desk.with_variable(name, value));
        let service = AssetManager { desk };
        service.script(&["start"]);
        service.shell(STORY);
        service.script(&["backup", "first"]);
        service
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        let port = std::fs::read_to_string(self.desk.path().join("home/port")).expect("it wrote its port");
        format!("http://127.0.0.1:{}", port.trim())
    }

    /// Runs its script, which must succeed; gives what it printed.
    #[track_caller]
    pub fn script(&self, arguments: &[&str]) -> String {
        self.shell(&format!("runbooks/asset-manager/service.sh {}", arguments.join(" ")))
    }

    /// Runs shell words beside the runbook, which must succeed; `$base_url` and `$token` are set.
    #[track_caller]
    pub fn shell(&self, words: &str) -> String {
        let base_url = if self.desk.path().join("home/port").exists() { self.url() } else { String::new() };
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", words]).current_dir(self.desk.path()).stdin(Stdio::null());
        command.envs(self.desk.variables().iter().map(|(name, value)| (name, value)));
        command.env("base_url", base_url).env("token", FAULTS_TOKEN);
        let output = command.output().expect("bash starts");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "`{words}` failed: {said}");
        said
    }

    /// Switches a fault on.
    #[track_caller]
    pub fn fault(&self, name: &str, body: &str) {
        self.shell(&format!(
            "curl -fsS -X PUT \"$base_url/faults/{name}\" -H \"authorization: Bearer $token\" -d '{body}'"
        ));
    }

    /// Runs a procedure of its runbook to its end, approving whatever asks for it; gives the run's id and its output.
    #[track_caller]
    pub fn procedure(&self, heading: &str, code: i32) -> (String, String) {
        let place = format!("{RUNBOOK}#{heading}");
        let base_url = format!("base_url={}", self.url());
        let before = self.desk.runs();
        let mut ending = self.desk.callsheet(&["run", &place, "--param", &base_url, "--yes"]);
        let run = self.desk.runs().into_iter().find(|run| !before.contains(run));
        let run = run.unwrap_or_else(|| panic!("no run is on record: {ending}"));
        while let Some(step) = asking_step(&self.desk, &run) {
            self.desk.callsheet(&["approve", &run, &step, "--note", "a drill"]).expect(0);
            ending = self.desk.callsheet(&["resume", &run, "--yes"]);
        }
        let ending = ending.expect(code);
        let logs = self.desk.callsheet(&["logs", &run]).text();
        assert!(!logs.contains(PASSWORD) && !ending.text().contains(PASSWORD), "a secret is shown: {ending}");
        (run, logs)
    }
}

/// The step that asks for an approval.
fn asking_step(desk: &Desk, run: &str) -> Option<String> {
    let record = desk.record(run);
    let steps = record["steps"].as_array()?;
    steps.iter().find(|step| step["state"] == "asked")?["id"].as_str().map(str::to_owned)
}

fn asset_manager_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program("asset-manager"))
}

fn copy(from: &Path, to: &Path) {
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
