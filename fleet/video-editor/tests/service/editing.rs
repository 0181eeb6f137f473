//! Projects and edits through the API.

use reqwest::Method;
use serde_json::json;

use crate::running::{Ground, OPERATOR, Running, with_project};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projects_are_made_changed_listed_and_deleted() {
    let (_ground, service, token, project) = with_project().await;
    let path = format!("/api/projects/{project}");
    for _ in 0..3 {
        assert_eq!(service.read(&token, "/api/projects").await["items"][0]["width"], 320);
    }
    assert!(service.figure("redis_hit_ratio").await > 0.5);
    let (status, changed) = service.send(&token, Method::PATCH, &path, json!({"name": "Quay", "fps": 50})).await;
    assert_eq!((status, changed["fps"].as_i64(), changed["width"].as_i64()), (200, Some(50), Some(320)));
    assert_eq!(service.read(&token, "/api/projects").await["items"][0]["name"], "Quay");
    let stale = service.request(Method::PATCH, &path).bearer_auth(&token).header("if-match", "\"1\"").json(&json!({}));
    assert_eq!(stale.send().await.unwrap().status(), 412);
    let (status, problem) =
        service.send(&token, Method::POST, "/api/projects", json!({"name": "", "width": 99999, "more": 1})).await;
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (422, 3), "{problem}");
    assert_eq!(service.send(&token, Method::DELETE, &path, json!({})).await.0, 204);
    assert_eq!(service.send(&token, Method::GET, &path, json!({})).await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_are_made_noted_and_refused_with_reasons() {
    let (_ground, service, token, project) = with_project().await;
    let edits = format!("/api/projects/{project}/edits");
    let track =
        service.post(&token, &edits, json!({"kind": "add_track", "track_kind": "text", "name": "Titles"})).await;
    let clip = json!({"kind": "add_clip", "track": track["made"], "text": "Fog", "start_ms": 0});
    service.post(&token, &edits, clip.clone()).await;
    let (status, problem) = service.send(&token, Method::POST, &edits, clip).await;
    assert_eq!((status, problem["type"].as_str()), (422, Some("urn:problem:impossible")), "{problem}");
    for nonsense in [json!({"kind": "dance"}), json!({"kind": "move"}), json!([]), json!("x")] {
        assert_eq!(service.send(&token, Method::POST, &edits, nonsense).await.0, 422);
    }
    let missing = service.send(&token, Method::POST, &edits, json!({"kind": "remove", "clip": "nobody"})).await;
    assert_eq!(missing.0, 404);
    let recent = service.read(&token, "/api/edits/recent").await;
    let kinds: Vec<&str> =
        recent["items"].as_array().unwrap().iter().filter_map(|edit| edit["kind"].as_str()).collect();
    assert_eq!(kinds, ["add_clip", "add_track"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_takes_no_edit_of_an_instance_that_has_not_heard_of_the_lock() {
    let (ground, service, token, project) = with_project().await;
    let edits = format!("/api/projects/{project}/edits");
    let track = |name| json!({"kind": "add_track", "track_kind": "text", "name": name});
    service.post(&token, &edits, track("Before")).await;
    ground.statement("UPDATE maintenance SET writes_locked = true").await;
    let (status, problem) = service.send(&token, Method::POST, &edits, track("Meanwhile")).await;
    assert_eq!(status, 503, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("changes are locked"), "{problem}");
    // Whoever reads the database sees what was there before alone.
    let reader = Running::start(&ground, &[("JOB_WORKERS", "0"), ("REDIS_URL", ""), ("APP_ENV", "dev")]);
    let timeline = reader.read(&token, &format!("/api/projects/{project}/timeline")).await;
    assert_eq!(timeline["tracks"].as_array().unwrap().len(), 1, "{timeline}");
}

/// Has the database refuse rows of documents as one that shuts down does.
const REFUSE: &str = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'terminating' USING ERRCODE = '57P01'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON document_updates EXECUTE FUNCTION refuse()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_was_left_undecided_is_sent_again_and_made_once() {
    let (ground, service, token, project) = with_project().await;
    let (edits, timeline) = (format!("/api/projects/{project}/edits"), format!("/api/projects/{project}/timeline"));
    let tracks = async |service: &Running| service.read(&token, &timeline).await["tracks"].as_array().unwrap().len();
    let track = |name, id| json!({"kind": "add_track", "track_kind": "text", "name": name, "id": id});
    let [first, second] = ["0192b3c4-0000-7000-8000-000000000001", "0192b3c4-0000-7000-8000-000000000002"];
    service.post(&token, &edits, track("Before", first)).await;

    ground.statement(REFUSE).await;
    for _ in 0..2 {
        let (status, problem) = service.send(&token, Method::POST, &edits, track("Meanwhile", second)).await;
        assert_eq!(status, 503, "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("may be made all the same") && detail.contains(&second.replace('-', "")), "{detail}");
        assert_eq!(tracks(&service).await, 2, "others see it already");
    }
    ground.statement("DROP FUNCTION refuse CASCADE").await;
    let other = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    for instance in [&service, &service, &other] {
        let (status, answer) = instance.send(&token, Method::POST, &edits, track("Meanwhile", second)).await;
        assert_eq!((status, answer["made"].as_str()), (201, Some(second.replace('-', "").as_str())), "{answer}");
        assert_eq!(tracks(instance).await, 2);
    }
    let recent = service.read(&token, "/api/edits/recent").await;
    let made: Vec<&str> =
        recent["items"].as_array().unwrap().iter().map(|edit| edit["detail"]["name"].as_str().unwrap()).collect();
    assert_eq!(made, ["Meanwhile", "Before"], "{recent}");

    let (status, problem) = service.send(&token, Method::POST, &edits, track("Third", "not-a-uuid")).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (422, Some("id")), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_passwords_is_slowed_down_for_the_guesser_alone() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    let guess = async |client: &str| {
        let given = json!({"email": OPERATOR, "password": "wrong-password"});
        let request = service.request(Method::POST, "/api/auth/login").header("x-forwarded-for", client).json(&given);
        request.send().await.unwrap().status().as_u16()
    };
    let mut tries = 0;
    let ended = loop {
        let status = guess("10.0.0.1").await;
        if status != 401 {
            break status;
        }
        tries += 1;
        assert!(tries < 300, "nobody slows a guesser down");
    };
    assert_eq!(ended, 429, "after {tries} tries");
    assert_eq!(guess("10.0.0.2").await, 401, "others may still sign in to the same account");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_signed_in_sees_nothing() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    for path in ["/api/projects", "/api/edits/recent", "/api/auth/me", "/api/operator/queue"] {
        assert_eq!(service.get(path).await.status(), 401, "{path}");
    }
    let account = json!({"email": "editor@studio.example", "name": "Editor", "password": "correct-horse-battery"});
    let made = service.request(Method::POST, "/api/auth/register").json(&account).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let given = json!({"email": "editor@studio.example", "password": "correct-horse-battery"});
    let login = service.request(Method::POST, "/api/auth/login").json(&given).send().await.unwrap();
    let cookie = login.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let with_cookie = |method, path| service.request(method, path).header("cookie", &cookie);
    assert_eq!(with_cookie(Method::GET, "/api/auth/me").send().await.unwrap().status(), 200);
    assert_eq!(with_cookie(Method::GET, "/api/operator/queue").send().await.unwrap().status(), 403);
    // A cookie alone does nothing for another site's page.
    let elsewhere = with_cookie(Method::POST, "/api/projects").header("origin", "https://elsewhere.example");
    assert_eq!(elsewhere.json(&json!({"name": "x"})).send().await.unwrap().status(), 403);
}
