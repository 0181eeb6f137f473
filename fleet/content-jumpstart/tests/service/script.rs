//! The script that the service's runbook calls, as far as it needs no Callsheet: settings, secrets, backups.

use std::path::Path;
use std::process::Command;

use crate::running::PASSWORD;

/// Runs the script in a place of its own: exit status and all it printed.
fn script(home: &Path, arguments: &[&str]) -> (i32, String) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(repository.join("runbooks/content-jumpstart/service.sh"));
    command.current_dir(&repository).args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("CONTENT_JUMPSTART_HOME", home).env("CONTENT_JUMPSTART_BIN", env!("CARGO_BIN_EXE_content-jumpstart"));
    command.env("OPERATOR_PASSWORD", PASSWORD).env("CALLSHEET_PROGRAM", "no-callsheet-here");
    let done = command.output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    (done.status.code().unwrap(), told)
}

#[test]
fn the_script_may_repeat_everything_and_keeps_secrets_to_itself() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| script(home.path(), arguments);
    assert!(run(&["password"]).1.contains("hint: `service.sh setup`"));
    assert!(run(&["setup"]).1.contains("set up"));
    assert!(run(&["setup"]).1.contains("already"));
    assert_eq!(run(&["password"]).1.trim(), PASSWORD);
    let settings = home.path().join("settings.toml");
    assert_eq!(std::fs::metadata(&settings).unwrap().permissions().mode() & 0o777, 0o600);
    let read = || std::fs::read_to_string(&settings).unwrap();
    let before = read();
    assert!(run(&["rotate-secret"]).1.contains("stays valid"));
    assert!(run(&["rotate-secret"]).1.contains("under way"), "a second rotation would sign people out");
    assert_eq!(read().matches("secret_key").count(), 2);
    assert!(run(&["retire-secret"]).0 == 0 && run(&["retire-secret"]).0 == 0);
    assert!(read().matches("secret_key").count() == 1 && read() != before);
    for wrong in [&["check", "/etc/none"][..], &["backup", "a/b"], &["dance"]] {
        let (status, told) = run(wrong);
        assert!(status == 1 && told.starts_with("error: ") && told.contains("hint: "), "{wrong:?}: {told}");
    }
    let database = home.path().join("content-jumpstart.db");
    let service =
        crate::running::Running::start(home.path(), &[("DATABASE_URL", &format!("sqlite:{}", database.display()))]);
    assert!(run(&["backup", "one"]).1.contains("integrity ok"));
    assert!(run(&["backup", "one"]).1.contains("already"));
    drop(service);
}
