//! Two releases on one database: the schema expands under the old one, both write, the old one can come back, then it contracts.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use crate::running::{KEY, Running, with_film};

fn first(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_film-studio-1"));
    command.env_clear().current_dir(folder).env("JWT_SECRET", KEY);
    command
}

/// Runs the current release's program with a command; gives its status and what it said.
fn tool(service: &Running, words: &[&str]) -> (Option<i32>, String) {
    let mut command = crate::running::program(&service.folder);
    let output = command.args(words).env("DATABASE_URL", &service.database).output().unwrap();
    (
        output.status.code(),
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
    )
}

#[tokio::test]
async fn the_schema_expands_both_releases_write_and_it_contracts() {
    let folder = tempfile::tempdir().unwrap();
    let old = Running::start_program(first(folder.path()), folder.path(), &[]);
    let (token, _, scenes) = with_film(&old).await;
    let shots = format!("/api/scenes/{}/shots", scenes[0]);
    let before = old.create(&token, &shots, json!({"size": "CU", "seconds": 3})).await;
    let (status, _) = old.send(&token, Method::POST, &shots, &json!({"size": "CU", "seconds": 2.5})).await;
    assert_eq!(status, 422, "release 1 knows whole seconds");
    assert_eq!(tool(&old, &["schema"]).0, Some(1), "release 2 needs a newer schema");

    let (code, said) = tool(&old, &["migrate", "up"]);
    assert_eq!((code, said.contains("0006")), (Some(0), true), "{said}");
    assert_eq!(tool(&old, &["schema"]), (Some(0), "the schema fits: revision 6\n".to_owned()));
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("database-url"), &old.database).unwrap();
    let new = Running::start(other.path(), &[("MIGRATE_ON_START", "false")]);

    // What either writes the other reads.
    let path = |shot: &serde_json::Value| format!("/api/shots/{}", shot["id"].as_str().unwrap());
    assert_eq!(new.read(&token, &path(&before)).await["seconds"], 3.0);
    let exact = new.create(&token, &shots, json!({"size": "CU", "seconds": 2.5})).await;
    assert_eq!(old.read(&token, &path(&exact)).await["seconds"], 3.0);
    let (status, _) = old.send(&token, Method::PATCH, &path(&exact), &json!({"seconds": 9})).await;
    assert_eq!((status, new.read(&token, &path(&exact)).await["seconds"].as_f64()), (200, Some(9.0)));
    new.send(&token, Method::PATCH, &path(&before), &json!({"seconds": 0.4})).await;
    assert_eq!(old.read(&token, &path(&before)).await["seconds"], 0.0);
    assert_eq!(new.read(&token, &path(&before)).await["seconds"], 0.4);

    // The old release is gone: the schema contracts, and release 1 says that it cannot come back on it.
    drop(old);
    let (code, said) = tool(&new, &["migrate", "to", "7"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(new.read(&token, &path(&exact)).await["seconds"], 9.0);
    let refused = first(folder.path()).env("DATABASE_URL", &new.database).env("PORT", "0").output().unwrap();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(told.contains("took away what this release needs"), "{told}");
    let (code, said) = tool(&new, &["migrate", "to", "6"]);
    assert_eq!(code, Some(0), "{said}");
    let old = Running::start_program(first(folder.path()), folder.path(), &[]);
    assert_eq!(old.read(&token, &path(&exact)).await["seconds"], 9.0);
    assert_eq!(tool(&new, &["migrate", "to", "0"]).0, Some(0), "every revision has a way down");
}
