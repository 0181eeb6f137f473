//! The script that the service's runbook calls, by itself: settings and secrets of a machine, schema, backups.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::running::PASSWORD;

/// A machine on which the runbook is followed.
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
        command.env("ADMIN_PASSWORD", PASSWORD);
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
}

fn printed(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

#[test]
fn the_script_may_repeat_everything() {
    let machine = Machine::new();
    let program = env!("CARGO_BIN_EXE_asset-manager");
    assert!(machine.script(&["check", program]).1.contains("hint: `service.sh setup`"));
    assert!(machine.done(&["setup"]).contains("set up"));
    assert!(machine.done(&["setup"]).contains("already"));
    assert_eq!(machine.done(&["password"]).trim(), PASSWORD);
    let told = machine.done(&["check", program]);
    assert!(told.contains("configuration is valid") && told.contains("pending"), "{told}");
    assert!(machine.done(&["migrate", program]).contains("applied 1"));
    assert!(machine.done(&["migrate", program]).contains("nothing to do"));
    for wrong in [&["check", "/etc/none"][..], &["migrate"], &["backup", "a/b"], &["dance"]] {
        let (status, told) = machine.script(wrong);
        assert!(status == 1 && told.starts_with("error: ") && told.contains("hint: "), "{wrong:?}: {told}");
    }
    assert!(machine.script(&["compare"]).1.contains("no such backup"));
    assert!(machine.done(&["prune"]).contains("free now"), "there is nothing to remove yet, which is no failure");
    assert!(machine.done(&["backup", "one"]).contains("integrity ok"));
    assert!(machine.done(&["backup", "one"]).contains("already"));
    assert!(machine.done(&["compare"]).contains("nothing is lost"));
    for _ in 0..2 {
        assert!(machine.done(&["restore", "one"]).contains("restored"));
    }
    assert!(machine.done(&["prune"]).contains("free now"));
}

#[test]
fn a_signing_secret_is_rotated_and_its_file_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new();
    machine.done(&["setup"]);
    let settings = machine.home.path().join("settings.toml");
    let read = || std::fs::read_to_string(&settings).unwrap();
    let secret = |name: &str| {
        let line = read().lines().find_map(|line| line.strip_prefix(&format!("{name} = ")).map(str::to_owned));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let before = secret("jwt_secret").unwrap();
    assert!(machine.done(&["rotate-secret"]).contains("stays valid"));
    assert_eq!(secret("jwt_secret_previous").unwrap(), before);
    assert_ne!(secret("jwt_secret").unwrap(), before);
    assert!(machine.script(&["rotate-secret"]).1.contains("under way"), "a second rotation would sign people out");
    assert_eq!(std::fs::metadata(&settings).unwrap().permissions().mode() & 0o777, 0o600);
    for _ in 0..2 {
        machine.done(&["retire-secret"]);
    }
    assert_eq!(secret("jwt_secret_previous"), None);
    assert!(read().contains("asset_manager_home"));
}
