//! The durable queue and what it renders: exports that play, cancel, retry, a worker that is killed.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::running::{Ground, Running, id};
use crate::samples;

/// A project with a film from 0.5 s on, split, its second part moved, and a title; gives the project.
async fn edited(service: &Running, token: &str) -> String {
    let project = service.project(token).await;
    let (status, film) = service.upload(token, &project, "film.mp4", samples::film()).await;
    assert_eq!(status, 201, "{film}");
    let edits = format!("/api/projects/{project}/edits");
    let edit = async |body| service.post(token, &edits, body).await["made"].as_str().unwrap().to_owned();
    let track = edit(json!({"kind": "add_track", "track_kind": "video", "name": "Pictures"})).await;
    let titles = edit(json!({"kind": "add_track", "track_kind": "text", "name": "Titles"})).await;
    let clip =
        edit(json!({"kind": "add_clip", "track": track, "asset": id(&film), "start_ms": 500, "duration_ms": 2000}))
            .await;
    let second = edit(json!({"kind": "split", "clip": clip, "at_ms": 1500})).await;
    edit(json!({"kind": "move", "clip": second, "start_ms": 2000})).await;
    edit(
        json!({"kind": "add_clip", "track": titles, "text": "Fog: 100 % 'quiet'", "start_ms": 0, "duration_ms": 1000}),
    )
    .await;
    edit(json!({"kind": "fade", "clip": clip, "in_ms": 200, "out_ms": 200})).await;
    edit(json!({"kind": "volume", "clip": clip, "volume": 0.5})).await;
    project
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_plays_as_the_timeline_says() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[]);
    let token = service.operator().await;
    let project = edited(&service, &token).await;
    let request = service.request(Method::POST, &format!("/api/projects/{project}/exports")).bearer_auth(&token);
    let queued = request.header("x-request-id", "the-export").json(&json!({})).send().await.unwrap();
    assert_eq!(queued.status(), 202);
    let job = service.ended_job(&token, &id(&queued.json().await.unwrap())).await;
    assert_eq!((job["state"].as_str(), job["progress"].as_f64()), (Some("done"), Some(1.0)), "{job}");
    let output = &job["output"];
    assert_eq!((output["width"].as_i64(), output["height"].as_i64()), (Some(320), Some(180)));
    assert!((2900..3150).contains(&output["duration_ms"].as_i64().unwrap()), "{output}");
    assert!(
        service
            .said()
            .lines()
            .any(|line| line.contains("took a job") && line.contains("\"request_id\":\"the-export\""))
    );

    let file = service.request(Method::GET, &format!("/api/jobs/{}/file", id(&job))).bearer_auth(&token);
    let bytes = file.send().await.unwrap().bytes().await.unwrap();
    let made = ground.folder.path().join("made.mp4");
    std::fs::write(&made, &bytes).unwrap();
    let is = |at: &str, red: bool, blue: bool| {
        let (r, _, b) = samples::color_at(&made, at);
        assert!((r > 120) == red && (b > 120) == blue, "at {at} s it is red {r}, blue {b}");
    };
    is("0.2", false, false);
    is("1.0", true, false);
    is("1.8", false, false);
    is("2.5", false, true);

    let preview = service.post(&token, &format!("/api/projects/{project}/previews"), json!({})).await;
    assert_eq!(service.ended_job(&token, &id(&preview)).await["state"], "done");
    let experimental =
        service.send(&token, Method::POST, &format!("/api/projects/{project}/exports"), json!({"format": "av1"})).await;
    assert_eq!(experimental.0, 422);
    assert!(service.figure("ffmpeg_job_duration_seconds_count").await >= 2.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_workers_job_is_taken_again_and_finished_by_another() {
    let ground = Ground::new();
    let mut first = Running::start(&ground, &[]);
    let token = first.operator().await;
    let project = edited(&first, &token).await;
    // Long enough to be killed in.
    let clip = first.read(&token, &format!("/api/projects/{project}/timeline")).await["clips"][2]["id"].clone();
    first
        .post(
            &token,
            &format!("/api/projects/{project}/edits"),
            json!({"kind": "trim", "clip": clip, "edge": "end", "to_ms": 120_000}),
        )
        .await;
    let job = id(&first.post(&token, &format!("/api/projects/{project}/exports"), json!({})).await);
    let deadline = Instant::now() + Duration::from_secs(30);
    while first.read(&token, &format!("/api/jobs/{job}")).await["progress"].as_f64().unwrap() <= 0.0 {
        assert!(Instant::now() < deadline, "no progress is told: {}", first.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.signal(rustix::process::Signal::KILL);
    first.ended();
    let second = Running::start(&ground, &[]);
    let done = second.ended_job(&token, &job).await;
    assert_eq!((done["state"].as_str(), done["attempts"].as_i64()), (Some("done"), Some(2)), "{done}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_are_cancelled_given_back_and_tried_again() {
    let ground = Ground::new();
    let mut service = Running::start(&ground, &[("JOB_ATTEMPTS", "2"), ("DRAIN_GRACE_SECONDS", "0")]);
    let token = service.operator().await;
    let project = edited(&service, &token).await;
    let exports = format!("/api/projects/{project}/exports");

    // An encoder that is gone: every attempt fails, and its words are told.
    service.fault(Method::PUT, "codec-regression", "").await;
    let failed = service.ended_job(&token, &id(&service.post(&token, &exports, json!({})).await)).await;
    assert_eq!((failed["state"].as_str(), failed["attempts"].as_i64()), (Some("failed"), Some(2)), "{failed}");
    assert!(failed["error"].as_str().unwrap().contains("libx264-gone"), "{failed}");
    let canary = service.post(&token, "/api/operator/canary", json!({})).await;
    assert_eq!(canary["works"], false, "{canary}");
    service.fault(Method::DELETE, "codec-regression", "").await;
    let canary = service.post(&token, "/api/operator/canary", json!({})).await;
    assert_eq!(canary["works"], true, "{canary}");
    service.post(&token, &format!("/api/jobs/{}/retry", id(&failed)), json!({})).await;
    assert_eq!(service.ended_job(&token, &id(&failed)).await["state"], "done");

    let clip = service.read(&token, &format!("/api/projects/{project}/timeline")).await["clips"][2]["id"].clone();
    service
        .post(
            &token,
            &format!("/api/projects/{project}/edits"),
            json!({"kind": "trim", "clip": clip, "edge": "end", "to_ms": 3_600_000}),
        )
        .await;
    let long = id(&service.post(&token, &exports, json!({})).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    service.post(&token, &format!("/api/jobs/{long}/cancel"), json!({})).await;
    assert_eq!(service.ended_job(&token, &long).await["state"], "cancelled");
    assert_eq!(service.send(&token, Method::POST, &format!("/api/jobs/{long}/cancel"), json!({})).await.0, 409);

    let other = id(&service.post(&token, &exports, json!({})).await);
    tokio::time::sleep(Duration::from_millis(600)).await;
    service.signal(rustix::process::Signal::TERM);
    assert!(service.ended().success(), "{}", service.said());
    let idle = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    let given_back = idle.read(&token, &format!("/api/jobs/{other}")).await;
    assert_eq!(
        (given_back["state"].as_str(), given_back["attempts"].as_i64()),
        (Some("queued"), Some(0)),
        "{given_back}"
    );
    let parts = crate::running::files(&ground.folder.path().join("media/jobs"));
    assert!(parts.iter().all(|path| !path.display().to_string().contains(".part")), "{parts:?}");
}
