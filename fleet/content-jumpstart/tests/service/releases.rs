//! Releases on each other's schema: the new place is opened, both releases write and read, the old place is closed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, program};

fn as_release(folder: &std::path::Path, url: &str, version: &str) -> Running {
    Running::start(folder, &[("DATABASE_URL", url), ("CONTENT_JUMPSTART_VERSION", version)])
}

fn run(folder: &std::path::Path, settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let done = program(folder).envs(settings.iter().copied()).args(arguments).output().unwrap();
    (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
}

async fn samples(service: &Running, token: &str, path: &str) -> Value {
    service.read(token, path).await["voice_samples"].clone()
}

#[tokio::test]
async fn two_releases_share_a_schema_and_neither_loses_the_others_words() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _held) = crate::database::of(folder.path());
    let one = as_release(folder.path(), &url, "1.4.0");
    let token = one.user("Writer").await;
    let before = one.create(&token, "/api/clients", json!({"name": "Before", "voice_samples": ["Old words."]})).await;
    let path = format!("/api/clients/{}", before["id"].as_str().unwrap());
    assert_eq!(one.get("/api/health/db").await.json::<Value>().await.unwrap()["schema_version"], 4);

    // The migration goes first; the old release goes on working on the newer schema.
    let two_folder = tempfile::tempdir().unwrap();
    let two = as_release(two_folder.path(), &url, "2.0.0");
    assert_eq!(samples(&two, &token, &path).await, json!([{"label": "", "text": "Old words."}]));
    one.send(&token, Method::PATCH, &path, &json!({"voice_samples": ["Newer words.", "By one."]})).await;
    assert_eq!(samples(&two, &token, &path).await[1], json!({"label": "", "text": "By one."}));
    let labelled = json!({"voice_samples": [{"label": "mail", "text": "By two."}]});
    two.send(&token, Method::PATCH, &path, &labelled).await;
    assert_eq!(samples(&two, &token, &path).await, labelled["voice_samples"]);
    assert_eq!(samples(&one, &token, &path).await, json!([{"label": "", "text": "By two."}]), "the way back is open");
    let born = one.create(&token, "/api/clients", json!({"name": "Born", "voice_samples": ["Hello."]})).await;
    let born = format!("/api/clients/{}", born["id"].as_str().unwrap());
    assert_eq!(samples(&two, &token, &born).await, json!([{"label": "", "text": "Hello."}]));

    drop(one);
    let later_folder = tempfile::tempdir().unwrap();
    let later = as_release(later_folder.path(), &url, "2.1.0");
    assert_eq!(samples(&later, &token, &path).await, labelled["voice_samples"]);
    later.send(&token, Method::PATCH, &path, &json!({"voice_samples": [{"label": "post", "text": "By later."}]})).await;
    assert_eq!(samples(&two, &token, &path).await[0]["label"], "post");
}

#[test]
fn outside_dev_a_start_demands_a_schema_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _held) = crate::database::of(folder.path());
    let version = |version| {
        [("APP_ENV", "staging"), ("DATABASE_URL", url.as_str()), ("PORT", "0"), ("CONTENT_JUMPSTART_VERSION", version)]
    };
    let (status, told) = run(folder.path(), &version("2.0.0"), &["serve"]);
    assert!(status == Some(1) && told.contains("the schema is at 0, and this release needs 5"), "{told}");
    assert_eq!(run(folder.path(), &version("1.0.0"), &["migrate", "up"]).1.lines().count(), 4);
    let (_, told) = run(folder.path(), &version("2.0.0"), &["migrate", "status"]);
    assert_eq!(told.matches("pending").count(), 1, "{told}");
    assert_eq!(
        run(folder.path(), &version("2.0.0"), &["migrate", "up"]),
        (Some(0), "applied 5 (voice samples)\n".to_owned())
    );
    assert_eq!(
        run(folder.path(), &version("2.0.0"), &["migrate", "down"]),
        (Some(0), "undid 5 (voice samples)\n".to_owned())
    );
    assert_eq!(run(folder.path(), &version("2.0.0"), &["migrate", "up"]).0, Some(0));
    let mut service = Running::start(folder.path(), &version("2.0.0"));
    assert_eq!(service.stop().code(), Some(0));
}
