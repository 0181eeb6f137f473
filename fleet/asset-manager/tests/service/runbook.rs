//! The service's own runbook, pasted by hand: its script, and the fences of its procedures in one shell, as a person would.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::running::PASSWORD;

/// A machine on which the runbook is followed; what it started ends with it.
struct Machine {
    home: tempfile::TempDir,
    repository: PathBuf,
}

impl Machine {
    fn new() -> Machine {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Machine { home: tempfile::tempdir().unwrap(), repository }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.repository).args(arguments).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command
            .env("ASSET_MANAGER_HOME", self.home.path())
            .env("ASSET_MANAGER_BIN", env!("CARGO_BIN_EXE_asset-manager"));
        command.env("ADMIN_PASSWORD", PASSWORD).env("PORT", "0");
        command
    }

    /// Runs the script: exit status and all it printed.
    fn script(&self, arguments: &[&str]) -> (i32, String) {
        let done = self.command("runbooks/asset-manager/service.sh", arguments).output().unwrap();
        (done.status.code().unwrap(), printed(&done))
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (status, told) = self.script(arguments);
        assert_eq!(status, 0, "{arguments:?}: {told}");
        told
    }

    /// Pastes every fence of a procedure into one shell, verbs of Callsheet's own left out.
    fn paste(&self, heading: &str, version: &str) -> String {
        let text = std::fs::read_to_string(self.repository.join("runbooks/asset-manager.md")).unwrap();
        let port = std::fs::read_to_string(self.home.path().join("port")).unwrap();
        let script = format!("set -eo pipefail\n{}", fences(&text, heading));
        let mut command = self.command("bash", &["-c", &script]);
        command.env("base_url", format!("http://127.0.0.1:{}", port.trim())).env("version", version);
        let done = command.env("admin_email", "admin@studio.example").output().unwrap();
        assert!(done.status.success(), "{heading}: {}", printed(&done));
        printed(&done)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.script(&["stop"]);
    }
}

fn printed(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

fn fences(text: &str, heading: &str) -> String {
    let section = text.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let codes =
        section.split("```bash {").skip(1).map(|part| part.split("```").next().unwrap().split_once('\n').unwrap().1);
    codes.filter(|code| !code.trim_start().starts_with("callsheet ")).collect()
}

#[test]
fn the_script_may_repeat_everything() {
    let machine = Machine::new();
    assert!(machine.script(&["status"]).1.contains("hint:"));
    assert!(machine.done(&["start"]).contains("is ready on port"));
    let up = machine.done(&["status"]);
    assert!(machine.done(&["start"]).ends_with(&up));
    assert!(machine.done(&["install", "9.1.0"]).contains("sha256 "));
    assert!(machine.done(&["install", "9.1.0"]).contains("already"));
    machine.done(&["switch", "9.1.0"]);
    assert!(machine.done(&["switch", "9.1.0"]).contains("already"));
    assert!(machine.done(&["restart"]).contains("asset-manager 9.1.0 is ready"));
    for _ in 0..2 {
        machine.done(&["back"]);
        assert_eq!(machine.done(&["current"]).trim(), env!("CARGO_PKG_VERSION"));
    }
    for wrong in [&["switch", "none"][..], &["install", "../x"], &["backup", "a/b"], &["dance"]] {
        let (status, told) = machine.script(wrong);
        assert!(status == 1 && told.starts_with("error: ") && told.contains("hint: "), "{wrong:?}: {told}");
    }
    assert!(machine.script(&["compare"]).1.contains("no such backup"));
    machine.done(&["backup", "one"]);
    assert!(machine.done(&["compare"]).contains("nothing is lost"));
    assert!(machine.done(&["prune"]).contains("free now"));
    assert!(machine.done(&["rotate-secret"]).contains("stays valid"));
    assert!(machine.script(&["rotate-secret"]).1.contains("under way"), "a second rotation would sign people out");
    machine.done(&["retire-secret"]);
    assert!(machine.done(&["restore", "one"]).contains("is ready on port"));
    for _ in 0..2 {
        machine.done(&["stop"]);
    }
}

#[test]
fn preflight_deploy_rollback_and_daily_checks_can_be_pasted() {
    let machine = Machine::new();
    machine.done(&["start"]);
    let told = machine.paste("Preflight", "9.2.0");
    assert!(told.contains("configuration is valid") && told.contains("nothing is lost"), "{told}");
    let told = machine.paste("Deploy", "9.2.0");
    assert!(told.contains("integrity ok") && told.contains("release is live"), "{told}");
    let told = machine.paste("Rollback", "9.2.0");
    assert!(told.contains(&format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"))), "{told}");
    let told = machine.paste("Daily checks", "9.2.0");
    assert!(
        told.contains("error rate is fine")
            && told.contains("latency is fine")
            && told.contains("no errors in the log"),
        "{told}"
    );
}
