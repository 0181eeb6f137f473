//! The film studio on a desk: on a MariaDB of its own, released by Callsheet behind its edge, operated by its own runbook.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use callsheet_servers::Mariadb;
use serde_json::Value;

use crate::desk::Desk;
use crate::fleet::{asking_step, configuration, copy};
use crate::programs::{callsheet_program, program_named};

const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
const PASSWORD: &str = "correct-horse-battery";
const RUNBOOK: &str = "runbooks/film-studio.md";
/// The repository's configuration, with holds short enough for a story.
const SHORT: &str = r#"
[environments.test]

[environments.test.services.film-studio]
ready = { interval = "100ms" }

[environments.test.services.film-studio.edge]
listen = "127.0.0.1:0"
sticky = "none"

[environments.test.services.film-studio.release]
hold = "500ms"
keep_old = "2s"
"#;

/// The film studio, with the repository's runbook and scripts beside it. Ends with its desk.
pub struct FilmStudio {
    /// Where Callsheet runs.
    pub desk: Desk,
    _server: Arc<Mariadb>,
}

/// One of the two releases that are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmRelease {
    /// 1.0.0, on revision 5 of the schema.
    First,
    /// 2.0.0, on revision 6.
    Second,
}

impl FilmRelease {
    /// Its version.
    pub fn version(self) -> &'static str {
        match self {
            FilmRelease::First => "1.0.0",
            FilmRelease::Second => "2.0.0",
        }
    }

    /// The revision of the schema that it needs.
    pub fn schema(self) -> &'static str {
        match self {
            FilmRelease::First => "0005",
            FilmRelease::Second => "0006",
        }
    }

    /// Its program.
    pub fn program(self) -> &'static Path {
        static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
        let programs =
            PROGRAMS.get_or_init(|| ["film-studio-1", "film-studio"].map(|name| program_named("film-studio", name)));
        &programs[usize::from(self == FilmRelease::Second)]
    }
}

impl FilmStudio {
    /// Starts a release with fault switches, by the runbook's own first start.
    pub fn start(release: FilmRelease) -> FilmStudio {
        let server = Mariadb::shared();
        let desk = Desk::empty();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        copy(&repository.join("runbooks"), &desk.path().join("runbooks"));
        let migrations = "fleet/film-studio/migrations";
        copy(&repository.join(migrations), &desk.path().join(migrations));
        desk.write("callsheet.toml", &configuration(SHORT));
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = callsheet_program().parent().expect("a file is in a folder").display();
        let settings = [
            ("PATH", format!("{programs}:{path}")),
            ("FAULTS_ENABLED", "true".to_owned()),
            ("FAULTS_TOKEN", FAULTS_TOKEN.to_owned()),
            ("OPERATOR_PASSWORD", PASSWORD.to_owned()),
            ("DATABASE_POOL_WAIT_SECONDS", "0.3".to_owned()),
            ("CALLSHEET_IDENTITY_FILE", String::new()),
            ("XDG_CONFIG_HOME", desk.path().join("home").display().to_string()),
        ];
        let desk = settings.into_iter().fold(desk, |desk, (name, value)| desk.with_variable(name, value));
        let service = FilmStudio { desk, _server: server.clone() };
        service.shell(&format!("DATABASE_URL={} runbooks/film-studio/service.sh setup", server.fresh_database()));
        service.shell(&format!("runbooks/film-studio/service.sh migrate up --to {}", release.schema()));
        let artifact = release.program().display().to_string();
        let deploy = ["deploy", "film-studio", "--version", release.version(), "--artifact", &artifact];
        service.desk.callsheet(&[&deploy[..], &["--env", "test", "--yes"]].concat()).expect(0);
        service.shell("runbooks/film-studio/service.sh keep-settings");
        service
    }

    /// Where the edge answers for it; `None` before it was started.
    pub fn address(&self) -> Option<SocketAddr> {
        let ending = self.desk.callsheet(&["edge", "status", "--format", "json"]);
        let status: Value = serde_json::from_str(&ending.stdout).ok()?;
        status["listeners"][0]["address"].as_str()?.parse().ok()
    }

    fn base_url(&self) -> String {
        self.address().map(|address| format!("http://{address}")).unwrap_or_default()
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

    /// Runs shell words beside the runbook, which must succeed; `$base_url` and `$token` (of the fault switches) are set.
    #[track_caller]
    pub fn shell(&self, words: &str) -> String {
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", words]).current_dir(self.desk.path()).stdin(Stdio::null());
        command.envs(self.desk.variables().iter().map(|(name, value)| (name, value)));
        command.env("base_url", self.base_url()).env("token", FAULTS_TOKEN);
        let output = command.output().expect("bash starts");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "`{words}` failed: {said}");
        said
    }

    /// Switches a fault on in every instance.
    #[track_caller]
    pub fn fault(&self, name: &str, body: &str) {
        for instance in self.instances() {
            if let Some(address) = instance["address"].as_str() {
                let url = format!("http://{address}/faults/{name}");
                self.shell(&format!("curl -fsS -X PUT {url} -H \"authorization: Bearer $token\" -d '{body}'"));
            }
        }
    }

    /// Runs a procedure of its runbook to its end for a release, approving and confirming whatever asks for it; gives the run's id and its output.
    #[track_caller]
    pub fn procedure(&self, heading: &str, release: FilmRelease, code: i32) -> (String, String) {
        let before = self.desk.runs();
        let place = format!("{RUNBOOK}#{heading}");
        let given = [
            format!("base_url={}", self.base_url()),
            format!("artifact={}", release.program().display()),
            format!("version={}", release.version()),
            format!("schema={}", release.schema()),
        ];
        let mut line = vec!["run", &place, "--env", "test", "--yes"];
        line.extend(given.iter().flat_map(|one| ["--param", one]));
        let mut ending = self.desk.callsheet(&line);
        let run = self.desk.runs().into_iter().find(|run| !before.contains(run));
        let run = run.unwrap_or_else(|| panic!("no run is on record: {ending}"));
        while let Some(step) = asking_step(&self.desk, &run) {
            let answered = |answer| self.desk.callsheet(&[answer, &run, &step, "--note", "a drill"]);
            if answered("approve").code != Some(0) {
                answered("confirm").expect(0);
            }
            ending = self.desk.callsheet(&["resume", &run, "--yes"]);
        }
        let ending = ending.expect(code);
        let logs = self.desk.callsheet(&["logs", &run]).text();
        assert!(!logs.contains(PASSWORD) && !ending.text().contains(PASSWORD), "a secret is shown: {ending}");
        (run, logs)
    }
}
