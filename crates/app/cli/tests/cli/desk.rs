//! A folder of its own for each test, and the program's words made the same on every machine.

use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use regex::Regex;

/// A folder with runbooks, configuration and state. Gone when dropped.
pub struct Desk {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

/// How a command ended.
pub struct Ending {
    /// Its exit status.
    pub code: i32,
    /// What it printed as data.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
    screen: String,
}

impl Desk {
    /// An empty folder.
    pub fn new() -> Desk {
        let folder = tempfile::Builder::new().prefix("desk-").tempdir().expect("a temporary folder");
        Desk { folder, variables: Vec::new() }
    }

    /// With a file.
    pub fn with(self, name: &str, text: &str) -> Desk {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
        self
    }

    /// With an environment variable.
    pub fn with_variable(mut self, name: &'static str, value: &str) -> Desk {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file's text.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// The program, to be run in the folder without a terminal.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callsheet"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.folder.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program in the folder, without a terminal.
    pub fn callsheet(&self, arguments: &[&str]) -> Ending {
        self.ended(&mut self.command(arguments))
    }

    /// Runs the program in the folder with `input` on its standard input.
    pub fn callsheet_fed(&self, arguments: &[&str], input: &str) -> Ending {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(input.as_bytes()).and_then(|()| file.rewind()).expect("it can be written");
        self.ended(self.command(arguments).stdin(file))
    }

    fn ended(&self, command: &mut Command) -> Ending {
        let output = command.output().expect("callsheet starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut ending = Ending {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            screen: String::new(),
        };
        let whole = format!("exit {}\n--- stdout\n{}--- stderr\n{}", ending.code, ending.stdout, ending.stderr);
        ending.screen = self.settled(&whole);
        ending
    }

    /// The text without what differs from machine to machine and from day to day.
    fn settled(&self, text: &str) -> String {
        let folder = self.folder.path().canonicalize().expect("the folder is there");
        let mut text = text.replace(folder.to_string_lossy().as_ref(), "[desk]");
        text = text.replace(self.folder.path().to_string_lossy().as_ref(), "[desk]");
        for (expression, replacement) in [
            (r"\b[0-9a-f]{64}\b", "[digest]"),
            (r"\b[0-9a-f]{32}\b", "[run-id]"),
            (
                r"\b(run|resume|show|logs|approve|deny|confirm|skip|retry|done|rollback|choose|cancel|abandon|verify|attach) [0-9a-f]{8}\b",
                "$1 [run]",
            ),
            (r"(?m)^[0-9a-f]{8}\b", "[run]   "),
            (r"\b(plan|runbook|output|errors) [0-9a-f]{12}\b", "$1 [digest]"),
            (r"\bprocess \d+\b", "process [pid]"),
            (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?", "[instant]"),
            (r"\b\d\d:\d\d:\d\d\b", "[time]"),
            (r"\b\d+(\.\d+s|ms)\b", "[took]"),
        ] {
            text = Regex::new(expression).expect("it is an expression").replace_all(&text, replacement).into_owned();
        }
        let user = user();
        text.replace(&format!("by {user}"), "by [user]").replace(&format!("by | {user} |"), "by | [user] |")
    }
}

impl Ending {
    /// Fails the test unless the exit status is this.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ending {
        assert_eq!(self.code, code, "exit status\n{}", self.screen);
        self
    }

    /// Exit status and both streams, the same on every machine.
    pub fn screen(&self) -> &str {
        &self.screen
    }
}

fn user() -> String {
    let output = Command::new("id").arg("-un").output().expect("`id` is there");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
