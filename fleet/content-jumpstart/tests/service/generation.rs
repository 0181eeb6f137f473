//! Thirty posts: by the writer built in, and by a provider that is slow, overloaded or broken; progress as it happens; a run
//! that outlives its instance.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{KEY, Provider, Running, started, started_with};

/// With time for an answer on a busy machine.
const PATIENT: [(&str, &str); 2] =
    [("ANTHROPIC_API_KEY", "sk-pretend-0123456789"), ("ANTHROPIC_TIMEOUT_SECONDS", "30")];

/// A service that asks a provider of its own.
fn asking(more: &[(&str, &str)]) -> (tempfile::TempDir, Provider, Running) {
    let folder = tempfile::tempdir().unwrap();
    let provider = Provider::start(folder.path());
    let settings: Vec<(&str, &str)> = PATIENT
        .into_iter()
        .chain([("ANTHROPIC_BASE_URL", provider.url.as_str())])
        .chain(more.iter().copied())
        .collect();
    let service = Running::start(folder.path(), &settings);
    (folder, provider, service)
}

#[tokio::test]
async fn thirty_distinct_posts_for_five_platforms_reviewed() {
    let (_folder, service) = started();
    let token = service.user("Writer").await;
    let project = service.written_project(&token).await;
    let posts = service.read(&token, &format!("/api/projects/{project}/posts")).await;
    let posts = posts["items"].as_array().unwrap();
    let distinct =
        |name: &str| posts.iter().map(|post| post[name].to_string()).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!((posts.len(), distinct("body"), distinct("platform"), distinct("template")), (30, 30, 5, 15));
    assert!(posts.iter().all(|post| post["score"].as_u64().unwrap() >= 60), "{posts:#?}");
    assert_eq!(service.read(&token, &format!("/api/projects/{project}")).await["status"], "qa");

    // A planted flaw is flagged, corrected text is not; one is written anew; the rest is approved at once.
    let path = format!("/api/posts/{}", posts[0]["id"].as_str().unwrap());
    let copy = json!({"body": posts[20]["body"]});
    service.send(&token, Method::PATCH, &path, &copy).await;
    let all = service.read(&token, &format!("/api/projects/{project}/posts")).await;
    assert_eq!(all["items"][20]["flags"][0]["kind"], "duplicate", "{}", all["items"][20]);
    let (_, mended) =
        service.send(&token, Method::PATCH, &path, &json!({"body": posts[0]["body"], "note": "as before"})).await;
    assert_eq!((&mended["flags"], &mended["note"]), (&posts[0]["flags"], &json!("as before")));
    let body = json!({"post_id": posts[3]["id"], "note": "shorter"});
    let (status, anew) = service.send(&token, Method::POST, "/api/generator/regenerate", &body).await;
    assert!(status == 200 && anew["body"] != posts[3]["body"] && anew["attempt"] == 2, "{anew}");
    let (_, rejected) = service.send(&token, Method::PATCH, &path, &json!({"status": "rejected"})).await;
    assert_eq!(rejected["status"], "rejected");
    let (_, told) = service.send(&token, Method::POST, &format!("/api/projects/{project}/approve"), &json!({})).await;
    assert!(told["approved"].as_u64().unwrap() >= 20, "{told}");

    let figures = service.read(&token, "/api/dashboard").await;
    assert_eq!(
        (&figures["posts_per_hour"], &figures["active_projects"], &figures["failed_runs"]),
        (&json!(30), &json!(1), &json!(0)),
        "{figures}"
    );
    assert!(service.text("/metrics").await.contains("generations_total{outcome=\"done\"} 1"));
}

#[tokio::test]
async fn what_a_person_writes_while_the_provider_writes_stays() {
    let (_folder, provider, service) = asking(&[("ANTHROPIC_TIMEOUT_SECONDS", "60")]);
    let token = service.user("Writer").await;
    let project = service.written_project(&token).await;
    let posts = service.read(&token, &format!("/api/projects/{project}/posts")).await;
    let id = posts["items"][3]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/posts/{id}");

    provider.mode(json!({"latency_ms": 3_600_000})).await;
    let body = json!({"post_id": id});
    let anew = service.request(Method::POST, "/api/generator/regenerate").bearer_auth(&token).json(&body).send();
    let anew = tokio::spawn(anew);
    let deadline = Instant::now() + Duration::from_secs(20);
    while provider.counted().await["at_once"] != 1 {
        assert!(Instant::now() < deadline, "the provider was not asked");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mine = json!({"body": "My own words.", "status": "approved"});
    assert_eq!(service.send(&token, Method::PATCH, &path, &mine).await.0, 200);
    provider.mode(json!({})).await;

    let answer = anew.await.unwrap().unwrap();
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("somebody changed the post while it was written anew"));
    let kept = service.read(&token, &path).await;
    assert_eq!((&kept["body"], &kept["status"]), (&json!("My own words."), &json!("approved")), "{kept}");
}

#[tokio::test]
async fn progress_is_told_as_it_happens_and_one_run_at_a_time() {
    let (_folder, provider, service) = asking(&[]);
    provider.mode(json!({"latency_ms": 200})).await;
    let token = service.user("Writer").await;
    let (client, project) = service.ready_project(&token).await;
    let asked = service.request(Method::POST, "/api/generator/generate-all").bearer_auth(&token);
    let asked = asked.header("x-request-id", "order-77").json(&json!({"project_id": project, "client_id": client}));
    let run: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(run["request_id"], "order-77");
    let again = json!({"project_id": project});
    assert_eq!(service.send(&token, Method::POST, "/api/generator/generate-all", &again).await.0, 409);
    let change = json!({"name": "Other"});
    assert_eq!(service.send(&token, Method::PATCH, &format!("/api/projects/{project}"), &change).await.0, 409);

    let events = service.request(Method::GET, &format!("/api/generator/runs/{}/events", run["id"].as_str().unwrap()));
    let events = events.bearer_auth(&token).send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let text = events.text().await.unwrap();
    let written: Vec<u64> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str::<Value>(data).unwrap()["written"].as_u64().unwrap())
        .collect();
    assert!(written.len() >= 3 && written.is_sorted() && written.last() == Some(&30), "{written:?}");
    assert!(text.contains("event: progress") && text.trim_end().contains("event: end"), "{text}");
    let counted = provider.counted().await;
    assert_eq!((counted["requests"].as_u64(), counted["at_once_most"].as_u64()), (Some(30), Some(5)), "{counted}");
    assert_eq!((&counted["with_cache_header"], &counted["last_request_id"]), (&json!(30), &json!("order-77")));
    assert!(service.log().iter().any(|line| line["message"] == "a run ended" && line["request_id"] == "order-77"));
}

#[tokio::test]
async fn an_overloaded_provider_is_asked_again_and_a_broken_one_fails_single_posts() {
    let (_folder, provider, service) = asking(&[]);
    let token = service.user("Writer").await;
    for (mode, slow) in
        [(json!({"status": 429, "share": 0.3, "retry_after": 1}), true), (json!({"status": 529, "share": 0.3}), false)]
    {
        provider.mode(mode.clone()).await;
        let (client, project) = service.ready_project(&token).await;
        let began = Instant::now();
        let run = service.generate(&token, &client, &project).await;
        let run = service.over(&token, &run).await;
        assert_eq!((&run["status"], &run["written"]), (&json!("done"), &json!(30)), "{mode}: {run}");
        assert!(!slow || began.elapsed() >= Duration::from_secs(1), "it did not wait as long as it was told to");
    }
    assert!(service.text("/metrics").await.contains("provider_requests_total{outcome=\"failed\"}"));
}

#[tokio::test]
async fn a_provider_that_is_down_fails_the_run_and_says_why() {
    for (mode, timeout, words) in [
        (json!({"status": 500}), "30", "HTTP 500"),
        (json!({"latency_ms": 30_000}), "0.3", "no answer in time"),
        (json!({"status": 401}), "30", "ANTHROPIC_API_KEY"),
    ] {
        let settings = [("ANTHROPIC_ATTEMPTS", "2"), ("ANTHROPIC_TIMEOUT_SECONDS", timeout)];
        let (_folder, provider, service) = asking(&settings);
        let token = service.user("Writer").await;
        let (client, project) = service.ready_project(&token).await;
        provider.mode(mode.clone()).await;
        let run = service.generate(&token, &client, &project).await;
        let run = service.over(&token, &run).await;
        assert_eq!(run["status"], "failed", "{mode}");
        assert!(run["fault"].as_str().unwrap().contains(words), "{mode}: {run}");
        assert_eq!(
            service.read(&token, &format!("/api/projects/{project}")).await["status"],
            "ready",
            "it can be begun anew"
        );
        let log = serde_json::to_string(&service.log()).unwrap();
        assert!(!log.contains("sk-pretend"), "the key is in the log");
        if timeout != "30" {
            continue;
        }
        provider.mode(json!({})).await;
        let run = service.generate(&token, &client, &project).await;
        assert_eq!(service.over(&token, &run).await["status"], "done");
        let figures = service.read(&token, "/api/dashboard").await;
        assert_eq!((&figures["runs"], &figures["failed_runs"]), (&json!(2), &json!(1)));
    }
}

#[tokio::test]
async fn a_run_can_be_cancelled() {
    let (_folder, provider, service) = asking(&[]);
    provider.mode(json!({"latency_ms": 1000})).await;
    let token = service.user("Writer").await;
    let (client, project) = service.ready_project(&token).await;
    let run = service.generate(&token, &client, &project).await;
    let path = format!("/api/generator/runs/{run}/cancel");
    let (status, cancelled) = service.send(&token, Method::POST, &path, &json!({})).await;
    assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
    assert_eq!(service.send(&token, Method::POST, &path, &json!({})).await.0, 409);
    let before = provider.counted().await["requests"].as_u64().unwrap();
    tokio::time::sleep(Duration::from_millis(3200)).await;
    let asked = provider.counted().await["requests"].as_u64().unwrap();
    assert!(asked < 30 && asked <= before + 5, "it went on: {asked}, {before} when it was cancelled");
}

#[tokio::test]
async fn another_instance_goes_on_where_one_was_stopped() {
    let (folder, provider, mut service) = asking(&[("DRAIN_GRACE_SECONDS", "0.1")]);
    provider.mode(json!({"latency_ms": 150})).await;
    let token = service.user("Writer").await;
    let (client, project) = service.ready_project(&token).await;
    let run = service.generate(&token, &client, &project).await;
    while service.read(&token, &format!("/api/generator/runs/{run}")).await["written"].as_u64() < Some(5) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(service.stop().code(), Some(0));
    let settings: Vec<(&str, &str)> =
        PATIENT.into_iter().chain([("ANTHROPIC_BASE_URL", provider.url.as_str())]).collect();
    let service = Running::start(folder.path(), &settings);
    let run = service.over(&token, &run).await;
    assert_eq!((&run["status"], &run["written"]), (&json!("done"), &json!(30)), "{run}");
    let asked = provider.counted().await["requests"].as_u64().unwrap();
    assert!((30..=35).contains(&asked), "finished posts were written again: {asked}");
}

#[tokio::test]
async fn the_limiter_shows_its_queue_and_refuses_what_does_not_fit() {
    let (_folder, provider, service) =
        asking(&[("MAX_CONCURRENT_API_CALLS", "1"), ("RATE_LIMIT_QUEUE", "3"), ("ANTHROPIC_ATTEMPTS", "1")]);
    provider.mode(json!({"latency_ms": 400})).await;
    let token = service.user("Writer").await;
    let (client, project) = service.ready_project(&token).await;
    let run = service.generate(&token, &client, &project).await;
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let health: Value = service.get("/health").await.json().await.unwrap();
        let limits = &health["rate_limits"];
        assert_eq!((&limits["requests_per_minute"], &limits["tokens_per_minute"]), (&json!(2800), &json!(280_000)));
        if limits["queue_length"].as_u64() >= Some(2) {
            break;
        }
        assert!(Instant::now() < deadline, "nothing waits: {health}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    service.send(&token, Method::POST, &format!("/api/generator/runs/{run}/cancel"), &json!({})).await;
}

#[tokio::test]
async fn a_fault_of_the_database_leaves_the_run_to_whoever_reaches_it() {
    let (_folder, service) = started_with(&[("FAULTS_ENABLED", "true"), ("FAULTS_TOKEN", KEY)]);
    let token = service.user("Writer").await;
    let project = service.written_project(&token).await;
    let fault = |method| service.request(method, "/faults/full-disk").bearer_auth(KEY).send();
    assert_eq!(fault(Method::PUT).await.unwrap().status(), 200);
    let body = json!({"project_id": project});
    assert_eq!(service.send(&token, Method::POST, "/api/generator/generate-all", &body).await.0, 500);
    assert_eq!(fault(Method::DELETE).await.unwrap().status(), 204);
    assert_eq!(service.send(&token, Method::POST, "/api/generator/generate-all", &body).await.0, 202);
}
