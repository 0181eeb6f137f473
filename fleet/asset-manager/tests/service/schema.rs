//! Migrations from the command line, and what a start does about them; backups.

use std::process::Output;

use serde_json::json;

use crate::running::{Running, program};

fn run(folder: &std::path::Path, settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        program(folder).envs(settings.iter().copied()).args(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

#[test]
fn outside_dev_a_start_demands_that_the_schema_was_moved() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    let staging = [("APP_ENV", "staging"), ("DATABASE_URL", url.as_str()), ("PORT", "0")];
    let (status, told) = run(folder.path(), &staging, &["serve"]);
    assert!(status == Some(1) && told.contains("5 migrations are pending"), "{told}");
    let (_, told) = run(folder.path(), &staging, &["migrate", "status"]);
    assert_eq!(told.matches("pending").count(), 5, "{told}");
    let (status, told) = run(folder.path(), &staging, &["migrate", "up"]);
    assert_eq!((status, told.lines().count()), (Some(0), 5), "{told}");
    assert_eq!(run(folder.path(), &staging, &["migrate", "up"]), (Some(0), "nothing to do\n".to_owned()));
    assert_eq!(run(folder.path(), &staging, &["migrate", "down"]), (Some(0), "undid 5 (search)\n".to_owned()));
    run(folder.path(), &staging, &["migrate", "up"]);
    let mut service = Running::start(folder.path(), &staging);
    assert_eq!(service.stop().code(), Some(0));
}

#[tokio::test]
async fn a_backup_of_the_running_service_holds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let service = Running::start(folder.path(), &[]);
    let token = service.admin().await;
    let made = service.create(&token, "/api/universes", json!({"name": "Saved"})).await;
    let copy = folder.path().join("copy.db");
    let (status, told) = run(folder.path(), &[], &["backup", copy.to_str().unwrap()]);
    assert!(status == Some(0) && told.contains("integrity ok"), "{told}");
    let (status, told) = run(folder.path(), &[], &["backup", copy.to_str().unwrap()]);
    assert!(status == Some(1) && told.contains("it exists"), "{told}");

    let elsewhere = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", copy.display());
    let restored = Running::start(elsewhere.path(), &[("DATABASE_URL", &url)]);
    let path = format!("/api/universes/{}", made["id"].as_str().unwrap());
    assert_eq!(restored.read(&token, &path).await, made);
}
