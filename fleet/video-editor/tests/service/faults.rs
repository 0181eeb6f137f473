//! Every fault that its runbook treats: what it does to the service, and that it is seen where the runbook looks.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::member::{Member, converge};
use crate::running::{Ground, Running, SECOND, with_project};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_are_locked_for_everybody_and_reading_goes_on() {
    let (ground, service, token, project) = with_project().await;
    let writes = |words: &[&str]| {
        let done = ground.program(SECOND).args(["writes"]).args(words).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let mut member = Member::join(service.port, &project, &token).await;
    member.hear(Duration::from_millis(50)).await;
    assert!(writes(&["lock", "--reason", "a drill"]).contains("locked: a drill"));
    makes_become(&service, &token, 503).await;
    service.read(&token, &format!("/api/projects/{project}")).await;
    member.write("while-locked", 0.0).await;
    assert_eq!(member.hear(Duration::from_secs(5)).await, Some(1013));
    assert!(writes(&["unlock"]).contains("possible"));
    makes_become(&service, &token, 201).await;
    // What the browser kept is there once it is back.
    let mut back = Member::join(service.port, &project, &token).await;
    let kept = member.doc;
    back.doc = kept;
    back.ask().await;
    converge(&mut [back], 1).await;
    let timeline = service.read(&token, &format!("/api/projects/{project}/timeline")).await;
    assert_eq!(timeline["clips"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_not_merged_while_changes_are_locked() {
    let ground = Ground::new();
    let instances = [(); 2].map(|()| Running::start(&ground, &[("JOB_WORKERS", "0")]));
    let token = instances[0].operator().await;
    let project = instances[0].project(&token).await;
    let nothing = format!(
        "INSERT INTO document_updates (project_id, content, at) SELECT '{project}', '\\x0000', now() FROM generate_series(1, 40)"
    );
    ground.statement(&nothing).await;
    let timeline = format!("/api/projects/{project}/timeline");
    for (instance, is_locked, rows) in [(&instances[0], true, 40), (&instances[1], false, 1)] {
        ground.statement(&format!("UPDATE maintenance SET writes_locked = {is_locked}")).await;
        instance.read(&token, &timeline).await;
        let check = format!("DO $$ BEGIN ASSERT (SELECT count(*) FROM document_updates) = {rows}; END $$");
        ground.statement(&check).await;
    }
}

/// Every instance looks at the lock now and then: until a new project gets this status.
async fn makes_become(service: &Running, token: &str, wanted: u16) {
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let (status, answer) = service.send(token, Method::POST, "/api/projects", json!({"name": "x"})).await;
        if status == wanted {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{status} instead of {wanted}: {answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_migration_is_found() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    let token = service.operator().await;
    for _ in 0..4 {
        service.project(&token).await;
    }
    let integrity = || ground.program(SECOND).arg("integrity").output().unwrap();
    assert!(integrity().status.success());
    service.fault(Method::PUT, "data-loss", r#"{"share":0.5}"#).await;
    let found = integrity();
    assert_eq!(found.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&found.stderr).contains("2 projects are half migrated"));
    assert_eq!(service.read(&token, "/api/operator/integrity").await["sound"], false);
    service.get("/healthz").await;
    assert_eq!(service.figure("projects_half_migrated").await, 2.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_instance_does_not_tell_reaches_the_other_later() {
    let ground = Ground::new();
    let instances: Vec<Running> = (0..2).map(|_| Running::start(&ground, &[("JOB_WORKERS", "0")])).collect();
    let token = instances[0].operator().await;
    let project = instances[0].project(&token).await;
    let mut one = Member::join(instances[0].port, &project, &token).await;
    let mut other = Member::join(instances[1].port, &project, &token).await;
    instances[0].fault(Method::PUT, "broadcast-failure", "").await;
    one.hear(Duration::from_millis(100)).await;
    one.write("unheard", 0.0).await;
    other.hear(Duration::from_millis(600)).await;
    assert_eq!(other.content(), "");
    assert!(instances[0].figure("collaboration_publish_failures_total").await >= 1.0);
    instances[0].fault(Method::DELETE, "broadcast-failure", "").await;
    converge(&mut [one, other], 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_ffmpeg_people_go_on_editing() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[]);
    let token = service.operator().await;
    service.fault(Method::PUT, "dependency", r#"{"name":"ffmpeg"}"#).await;
    assert_eq!(service.get("/healthz").await.status(), 503);
    assert_eq!(service.get("/healthz/ready").await.status(), 200);
    let project = service.project(&token).await;
    let (status, _) = service.upload(&token, &project, "a.wav", crate::samples::sound()).await;
    assert_eq!(status, 503);
}
