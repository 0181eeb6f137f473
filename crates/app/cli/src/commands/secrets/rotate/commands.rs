//! Commands of the configuration that a rotation runs: logins, checks, restarts. They get values by their environment, and what they say is
//! shown without them.

use std::io::ErrorKind;
use std::process::Command;
use std::time::Duration;

use callsheet_base::Secret;
use callsheet_keeper::redact::{RedactionSet, redact_text};
use callsheet_processes::bounded;

use super::super::desk::Desk;

/// The longest that a login, a check or a restart may take: the rotation is held meanwhile.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What a command finds in its environment beside ours.
pub(super) struct Given<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Secret<String>,
    pub(super) version: u32,
    pub(super) stage: &'a str,
}

/// Runs them one after the other; the first that fails ends it, with its last words.
pub(super) fn all(commands: &[String], given: &Given, desk: &Desk) -> Result<(), String> {
    commands.iter().try_for_each(|command| one(command, given, desk))
}

pub(super) fn one(command: &str, given: &Given, desk: &Desk) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("`{command}` cannot be started: {error}");
    let program = std::env::current_exe().map_err(failed)?;
    let mut child = if is_flow(command) {
        let mut flow = Command::new(&program);
        flow.args(["flow", command]);
        flow
    } else {
        let mut shell = Command::new("bash");
        shell.args(["-eo", "pipefail", "-c", command]);
        shell
    };
    child.current_dir(&desk.settings.root);
    child.env("CALLSHEET_PROGRAM", &program).env("CALLSHEET_STATE", &desk.settings.state);
    child.env("CALLSHEET_ENVIRONMENT", &desk.environment).env("CALLSHEET_STAGE", given.stage);
    child.env("SECRET", given.value.expose()).env(given.name, given.value.expose());
    child.env("SECRET_VERSION", given.version.to_string());
    let output = bounded(child, None, LONGEST).map_err(|error| match error.kind() {
        ErrorKind::TimedOut => format!("`{command}`: {error}"),
        _ => failed(error),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let set = RedactionSet::new([(given.name, given.value.expose().as_str())]);
    let said = [output.stdout, output.stderr].concat();
    let said = redact_text(&set, &String::from_utf8_lossy(&said));
    let last: Vec<&str> = said.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    let said = if last.is_empty() { String::new() } else { format!(": {}", last.join(" / ")) };
    Err(format!("`{command}` ended with {}{said}", output.status))
}

/// A file in the Hurl format.
fn is_flow(command: &str) -> bool {
    command.ends_with(".hurl") && !command.contains(char::is_whitespace)
}
