//! The runbook's script on PostgreSQL: a backup that holds the tables, taken with a password that nobody can read.

use std::path::Path;
use std::process::Command;

use callsheet_servers::Postgres;

use crate::running::{PASSWORD, Running};

/// Runs the script in a place of its own: exit status and all it printed.
fn script(home: &Path, url: &str, arguments: &[&str]) -> (i32, String) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(repository.join("runbooks/content-jumpstart/service.sh"));
    command.current_dir(&repository).args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("CONTENT_JUMPSTART_HOME", home).env("DATABASE_URL", url).env("OPERATOR_PASSWORD", PASSWORD);
    let done = command.output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    (done.status.code().unwrap(), told)
}

#[test]
fn a_backup_is_taken_with_the_parts_of_the_address() {
    let server = Postgres::shared();
    let url = server.fresh_database();
    let place = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    drop(Running::start(folder.path(), &[("DATABASE_URL", &url)]));
    // The same password, as an address may write it.
    let encoded = format!("{}?sslmode=disable", url.replace(":postgres@", ":p%6Fstgres@"));
    assert!(script(place.path(), &encoded, &["setup"]).1.contains("set up"));

    let (status, told) = script(place.path(), &encoded, &["backup", "one"]);
    assert!(status == 0 && told.contains("integrity ok"), "{told}");
    let listed = Command::new("pg_restore").arg("--list").arg(place.path().join("backups/one")).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("TABLE DATA public users"), "{listed}");
    assert!(script(place.path(), &encoded, &["backup", "one"]).1.contains("already"));
}

#[test]
fn an_address_that_no_tool_can_use_is_told() {
    let place = tempfile::tempdir().unwrap();
    let url = "postgres://nobody@/films";
    assert!(script(place.path(), url, &["setup"]).1.contains("set up"));
    let (status, told) = script(place.path(), url, &["backup", "one"]);
    assert!(status == 1 && told.contains("error: database_url") && told.contains("hint: give postgres://"), "{told}");
    assert_eq!(std::fs::read_dir(place.path().join("backups")).unwrap().count(), 0);
}
