//! Registering, signing in, staying signed in, roles, two signing keys, quotas.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{KEY, OPERATOR, OTHER_KEY, PASSWORD, Running, started, started_with};

#[tokio::test]
async fn registers_once_signs_in_and_knows_who_asks() {
    let (_folder, service) = started();
    let token = service.user("Writer").await;
    let me = service.read(&token, "/api/auth/me").await;
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("writer@studio.example"), Some("user")));
    assert!(me.get("password_hash").is_none());
    let again = json!({"email": "WRITER@studio.example", "name": "N", "password": PASSWORD});
    let (status, body) = service.send("", Method::POST, "/api/auth/register", &again).await;
    assert_eq!((status, body["type"].as_str()), (409, Some("urn:problem:conflict")));
    assert_eq!(service.read(&service.operator().await, "/api/auth/me").await["role"], "operator");
    let (_folder, closed) = started_with(&[("REGISTRATION_OPEN", "false")]);
    assert_eq!(closed.send("", Method::POST, "/api/auth/register", &again).await.0, 403);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer_and_guessing_ends() {
    let (_folder, service) = started();
    let (wrong, mut first) = service.login(OPERATOR, "not-the-password").await;
    let (unknown, mut second) = service.login("nobody@studio.example", "not-the-password").await;
    assert_eq!((wrong, unknown), (401, 401));
    first["request_id"].take();
    second["request_id"].take();
    assert_eq!(first, second);
    // Tries come back with time, so there may be more of them on a busy machine.
    let mut tries = 0;
    let ended = loop {
        match service.login("guessed@studio.example", "x").await.0 {
            401 if tries < 80 => tries += 1,
            other => break other,
        }
    };
    assert!(ended == 429 && tries >= 4, "{ended} after {tries} tries");
    assert_eq!(service.login(OPERATOR, PASSWORD).await.0, 200, "another's guessing locks nobody out");
    let owner = service.request(Method::POST, "/api/auth/login").header("x-forwarded-for", "10.0.0.7");
    let owner = owner.json(&json!({"email": "guessed@studio.example", "password": "x"})).send().await.unwrap();
    assert_eq!(owner.status(), 401, "whoever comes from elsewhere may try");
}

async fn refresh(service: &Running, token: &str) -> (u16, Value) {
    service.send("", Method::POST, "/api/auth/refresh", &json!({"refresh_token": token})).await
}

#[tokio::test]
async fn a_session_is_renewed_once_per_token_and_a_copy_ends_it() {
    let (_folder, service) = started();
    let (_, signed_in) = service.login(OPERATOR, PASSWORD).await;
    let first = signed_in["refresh_token"].as_str().unwrap();
    let (status, renewed) = refresh(&service, first).await;
    assert_eq!(status, 200, "{renewed}");
    let second = renewed["refresh_token"].as_str().unwrap();
    service.read(renewed["access_token"].as_str().unwrap(), "/api/auth/me").await;
    // Somebody comes with the used one: whoever holds the other loses it, too.
    assert_eq!(refresh(&service, first).await.0, 401);
    assert_eq!(refresh(&service, second).await.0, 401);

    let (_, signed_in) = service.login(OPERATOR, PASSWORD).await;
    let token = signed_in["refresh_token"].as_str().unwrap();
    let body = json!({"refresh_token": token});
    assert_eq!(service.send("", Method::POST, "/api/auth/logout", &body).await.0, 204);
    assert_eq!(refresh(&service, token).await.0, 401);
    assert_eq!(refresh(&service, "invented").await.0, 401);
}

#[tokio::test]
async fn a_token_of_the_previous_key_is_good_until_that_key_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Running::start(folder.path(), &[("SECRET_KEY", KEY)]);
    let old = service.operator().await;
    let fingerprint = |health: Value| health["signing_key"].as_str().unwrap().to_owned();
    let before = fingerprint(service.get("/health").await.json().await.unwrap());
    service.stop();

    let mut service = Running::start(folder.path(), &[("SECRET_KEY", OTHER_KEY), ("SECRET_KEY_PREVIOUS", KEY)]);
    service.read(&old, "/api/auth/me").await;
    let new = service.operator().await;
    assert_ne!(before, fingerprint(service.get("/health").await.json().await.unwrap()));
    service.stop();

    let service = Running::start(folder.path(), &[("SECRET_KEY", OTHER_KEY)]);
    service.read(&new, "/api/auth/me").await;
    let (status, told) = service.send(&old, Method::GET, "/api/auth/me", &Value::Null).await;
    assert!(status == 401 && told["detail"].as_str().unwrap().starts_with("Invalid token"), "{told}");
}

#[tokio::test]
async fn users_see_their_own_and_operators_everything() {
    let (_folder, service) = started();
    let (one, other) = (service.user("One").await, service.user("Other").await);
    let (client, project) = service.ready_project(&one).await;
    for path in [format!("/api/clients/{client}"), format!("/api/projects/{project}")] {
        assert_eq!(service.send(&other, Method::GET, &path, &Value::Null).await.0, 404);
        service.read(&service.operator().await, &path).await;
    }
    let body = json!({"project_id": project});
    assert_eq!(service.send(&other, Method::POST, "/api/generator/generate-all", &body).await.0, 404);
    assert_eq!(service.read(&other, "/api/clients").await["items"], json!([]));
    assert_eq!(service.read(&service.operator().await, "/api/clients").await["items"].as_array().unwrap().len(), 1);
    let mine = json!({"name": "Thief", "client_id": client});
    assert_eq!(service.send(&other, Method::POST, "/api/projects", &mine).await.0, 422);
}
