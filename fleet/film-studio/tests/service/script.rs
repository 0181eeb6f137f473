//! The script that the service's runbook calls: backups, from the day on which there is none.

use std::path::Path;
use std::process::Command;

use crate::running::{PASSWORD, started};

/// Runs the script in a place of its own: exit status and all it printed.
fn script(home: &Path, url: &str, arguments: &[&str]) -> (i32, String) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(repository.join("runbooks/film-studio/service.sh"));
    command.current_dir(&repository).args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("FILM_STUDIO_HOME", home).env("DATABASE_URL", url).env("OPERATOR_PASSWORD", PASSWORD);
    let done = command.output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    (done.status.code().unwrap(), told)
}

#[test]
fn backups_are_looked_for_taken_checked_and_removed() {
    let (_folder, service) = started();
    let place = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| script(place.path(), &service.database, arguments);
    assert!(run(&["setup"]).1.contains("set up"));

    let (status, told) = run(&["verify-backup"]);
    assert!(status == 1 && told.starts_with("error: there is no such backup") && told.contains("hint: "), "{told}");
    let (status, told) = run(&["prune"]);
    assert!(status == 0 && told.contains("free now"), "{told}");

    for number in 0..8 {
        let (status, told) = run(&["backup", &format!("number-{number}")]);
        assert!(status == 0 && told.contains("whole"), "{told}");
    }
    let (status, told) = run(&["verify-backup"]);
    assert!(status == 0 && told.contains("is whole, 0 hours old"), "{told}");
    let (status, told) = run(&["prune"]);
    assert!(status == 0 && told.matches("removed backup").count() == 1, "{told}");
}
