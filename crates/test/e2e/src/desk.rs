//! One story's place: a folder with runbook, configuration, state and ledger, and every process started for it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ending::{Ending, Program};
use crate::processes::{self, Pid, Process};
use crate::programs::callsheet_program;
use crate::terminal::Terminal;

/// A story's place. Everything in it, processes included, is gone when it is dropped.
#[derive(Debug)]
pub struct Desk {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    started: AtomicU32,
}

impl Desk {
    /// A desk whose runbook is `runbook`; `LEDGER` in it becomes the ledger's path.
    pub fn new(runbook: &str) -> Desk {
        let desk = Desk::empty();
        desk.write("callsheet.toml", CONFIGURATION);
        desk.write("ops.md", &runbook.replace("LEDGER", &desk.ledger_path().to_string_lossy()));
        desk
    }

    /// A desk without any file.
    pub fn empty() -> Desk {
        let folder = tempfile::Builder::new().prefix("callsheet-desk-").tempdir().expect("a temporary folder");
        Desk { folder, variables: Vec::new(), started: AtomicU32::new(0) }
    }

    /// Sets an environment variable for every program started from here on.
    pub fn with_variable(mut self, name: &str, value: impl Into<String>) -> Desk {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// The environment variables of every program started from here.
    pub(crate) fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The state folder.
    pub fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    /// Where steps write what they did.
    pub fn ledger_path(&self) -> PathBuf {
        self.path().join("ledger")
    }

    /// The lines that steps have written so far.
    pub fn ledger(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.ledger_path()).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// How often `line` stands in the ledger.
    pub fn count(&self, line: &str) -> usize {
        self.ledger().iter().filter(|one| *one == line).count()
    }

    /// Writes a file of the desk.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("the desk can be written to");
    }

    /// Starts `callsheet` with these arguments, without a terminal.
    pub fn start(&self, arguments: &[&str]) -> Program {
        let mut command = self.command(arguments);
        let [stdout, stderr] = self.output_files();
        let open = |path| File::create(path).expect("the desk can be written to");
        command.stdin(Stdio::null()).stdout(open(&stdout)).stderr(open(&stderr));
        let child = command.spawn().expect("callsheet starts");
        Program::new(line(arguments), child, stdout, stderr)
    }

    /// Starts `callsheet` on a real terminal of this many rows and columns.
    pub fn on_terminal(&self, rows: u16, columns: u16, arguments: &[&str]) -> Terminal {
        Terminal::start(line(arguments), &self.command(arguments), rows, columns)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(callsheet_program());
        command.args(arguments).current_dir(self.path());
        command.env("CALLSHEET_STATE", self.state()).env("CALLSHEET_DESK", self.path());
        command.env_remove("CALLSHEET_RUN").env("NO_COLOR", "1");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn output_files(&self) -> [PathBuf; 2] {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        ["out", "err"].map(|stream| self.path().join(format!("printed-{number}.{stream}")))
    }

    /// Runs `callsheet` to its end.
    #[track_caller]
    pub fn callsheet(&self, arguments: &[&str]) -> Ending {
        self.start(arguments).wait()
    }

    /// Ids of all runs, newest first.
    pub fn runs(&self) -> Vec<String> {
        self.list().into_iter().map(|(run, _)| run).collect()
    }

    /// Where a run stands: `running`, `waiting`, `in-doubt`, `done`, ….
    pub fn phase(&self, run: &str) -> String {
        self.list().into_iter().find(|(id, _)| id == run).map(|(_, phase)| phase).unwrap_or_default()
    }

    fn list(&self) -> Vec<(String, String)> {
        let ending = self.callsheet(&["runs", "--format", "json"]);
        let value: Value = serde_json::from_str(&ending.stdout).unwrap_or_default();
        let list = value["runs"].as_array().cloned().unwrap_or_default();
        let text = |run: &Value, name: &str| run[name].as_str().map(ToOwned::to_owned);
        list.iter().filter_map(|run| Some((text(run, "run")?, text(run, "phase")?))).collect()
    }

    /// The one run of the story, if it was created.
    pub fn run(&self) -> Option<String> {
        let runs = self.runs();
        assert!(runs.len() <= 1, "a story with one run has {}", runs.len());
        runs.into_iter().next()
    }

    /// The change record.
    #[track_caller]
    pub fn record(&self, run: &str) -> Value {
        let ending = self.callsheet(&["show", run, "--format", "json"]).expect(0);
        serde_json::from_str(&ending.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {ending}"))
    }

    /// Living processes of this desk.
    pub fn processes(&self) -> Vec<Process> {
        processes::of_folder(self.path())
    }

    /// Living keepers of this desk.
    pub fn keepers(&self) -> Vec<Pid> {
        self.processes().iter().filter(|process| process.is_keeper()).map(|process| process.pid).collect()
    }

    /// kill -9 of every process of the desk, as a power cut would.
    pub fn cut_power(&self) {
        // A process may start another between looking and killing.
        for _ in 0..20 {
            let living = self.processes();
            if living.is_empty() {
                return;
            }
            for process in living {
                process.pid.kill();
            }
        }
    }

    /// Waits until `holds`; fails the story after two minutes.
    #[track_caller]
    pub fn until(&self, what: &str, mut holds: impl FnMut(&Desk) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(
                began.elapsed() < Duration::from_secs(120),
                "waited two minutes for: {what}\nledger: {:?}",
                self.ledger()
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.cut_power();
        if std::thread::panicking() && std::env::var_os("CALLSHEET_KEEP_DESKS").is_some() {
            self.folder.disable_cleanup(true);
            eprintln!("the desk is kept: {}", self.path().display());
        }
    }
}

fn line(arguments: &[&str]) -> String {
    format!("callsheet {}", arguments.join(" "))
}

const CONFIGURATION: &str = "\
[services.shop]

[environments.dev]

[environments.test]
";
