//! Migrations from the command line, and what a start does about them; backups.

use std::io::Write;
use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{KEY, Running, program};

fn run(folder: &std::path::Path, settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        program(folder).envs(settings.iter().copied()).args(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

#[test]
fn outside_dev_a_start_demands_that_the_schema_was_moved() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _held) = crate::database::of(folder.path());
    let staging = [("APP_ENV", "staging"), ("DATABASE_URL", url.as_str()), ("PORT", "0")];
    let (status, told) = run(folder.path(), &staging, &["serve"]);
    assert!(status == Some(1) && told.contains("6 migrations are pending"), "{told}");
    let (_, told) = run(folder.path(), &staging, &["migrate", "status"]);
    assert_eq!(told.matches("pending").count(), 6, "{told}");
    let (status, told) = run(folder.path(), &staging, &["migrate", "up"]);
    assert_eq!((status, told.lines().count()), (Some(0), 6), "{told}");
    assert_eq!(run(folder.path(), &staging, &["migrate", "up"]), (Some(0), "nothing to do\n".to_owned()));
    assert_eq!(run(folder.path(), &staging, &["migrate", "down"]), (Some(0), "undid 6 (removals)\n".to_owned()));
    run(folder.path(), &staging, &["migrate", "up"]);
    let mut service = Running::start(folder.path(), &staging);
    assert_eq!(service.stop().code(), Some(0));
}

#[test]
fn a_backup_of_an_older_schema_comes_back_whatever_later_migrations_made() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _held) = crate::database::of(folder.path());
    let settings = [("APP_ENV", "staging"), ("DATABASE_URL", url.as_str())];
    let done = |arguments: &[&str]| {
        let (status, told) = run(folder.path(), &settings, arguments);
        assert_eq!(status, Some(0), "{arguments:?}: {told}");
        told
    };
    done(&["migrate", "up"]);
    // Before what is searched, which refers to universes and elements.
    done(&["migrate", "down", "2"]);
    done(&["backup", "older"]);
    done(&["migrate", "up"]);
    assert!(done(&["restore", "older"]).contains("restored 0 things"));
    assert_eq!(done(&["migrate", "up"]).lines().count(), 2);
}

#[tokio::test]
async fn a_backup_tells_what_was_lost_and_brings_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _held) = crate::database::of(folder.path());
    let settings = [("DATABASE_URL", url.as_str()), ("FAULTS_ENABLED", "true"), ("FAULTS_TOKEN", KEY)];
    let mut service = Running::start(folder.path(), &settings);
    let token = service.admin().await;
    let (universe, element) = crate::media::place(&service, &token).await;
    let components = format!("/api/elements/{element}/components");
    for title in ["One", "Two", "Three", "Four"] {
        service.create(&token, &components, json!({"kind": "text", "title": title, "text": "x"})).await;
    }
    let before = service.read(&token, &components).await;
    let copy = folder.path().join("copy");
    let copy = copy.to_str().unwrap();
    let (status, told) = run(folder.path(), &settings, &["backup", copy]);
    assert!(status == Some(0) && told.contains("integrity ok") && told.contains("\n7 things\n"), "{told}");
    let (status, told) = run(folder.path(), &settings, &["backup", copy]);
    assert!(status == Some(1) && told.contains("it exists"), "{told}");

    // What somebody deletes is no loss, nor is what comes.
    let fourth = format!("/api/components/{}", before["items"][3]["id"].as_str().unwrap());
    assert_eq!(service.send(&token, Method::DELETE, &fourth, &Value::Null).await.0, 204);
    let extra = service.create(&token, "/api/universes", json!({"name": "New"})).await;
    let (_, told) = run(folder.path(), &settings, &["compare", copy]);
    assert!(told.contains("component: 4 in the snapshot, 1 deleted since, 0 lost"), "{told}");
    assert!(told.ends_with("made since the snapshot: 1\nnothing is lost\n"), "{told}");

    let lose = service.request(Method::PUT, "/faults/data-loss").bearer_auth(KEY).json(&json!({"share": 0.5}));
    assert_eq!(lose.send().await.unwrap().json::<Value>().await.unwrap(), json!({"lost": 1}));
    let (_, told) = run(folder.path(), &settings, &["compare", copy]);
    assert!(told.contains("data loss: 1 things are missing"), "{told}");

    service.stop();
    let (status, told) = run(folder.path(), &settings, &["restore", copy]);
    assert!(status == Some(0) && told.contains("restored 7 things"), "{told}");
    let service = Running::start(folder.path(), &settings);
    assert_eq!(service.read(&token, &components).await, before);
    let gone = format!("/api/universes/{}", extra["id"].as_str().unwrap());
    assert_eq!(service.send(&token, Method::GET, &gone, &Value::Null).await.0, 404);
    assert_eq!(service.read(&token, &format!("/api/universes/{universe}")).await["name"], "Harbour");

    std::fs::OpenOptions::new().append(true).open(copy).unwrap().write_all(b"x").unwrap();
    let (status, told) = run(folder.path(), &settings, &["restore", copy]);
    assert!(status == Some(1) && told.contains("changed or damaged"), "{told}");
}
