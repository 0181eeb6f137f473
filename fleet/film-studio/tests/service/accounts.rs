//! Who may sign in, see, and change.

use reqwest::Method;
use serde_json::json;

use crate::running::{KEY, OPERATOR, OTHER_KEY, PASSWORD, Running, started, started_with, with_film};

#[tokio::test]
async fn people_register_sign_in_and_are_limited() {
    let (_folder, service) = started_with(&[("LOGINS_PER_MINUTE", "5")]);
    let token = service.member("Olive").await;
    let me = service.read(&token, "/api/auth/me").await;
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("olive@studio.example"), Some("member")));
    let again = json!({"email": "Olive@studio.example", "name": "O", "password": PASSWORD});
    let answer = service.request(Method::POST, "/api/auth/register").json(&again).send().await.unwrap();
    assert_eq!(answer.status(), 409);
    assert_eq!(service.login("nobody@studio.example", "something long").await.0, 401);
    // Tries come back with time, so there may be more of them on a busy machine.
    let mut tries = 0;
    let ended = loop {
        match service.login(OPERATOR, "a wrong password").await.0 {
            401 if tries < 80 => tries += 1,
            other => break other,
        }
    };
    assert!(ended == 429 && tries >= 4, "{ended} after {tries} tries");
    let owner = service.request(Method::POST, "/api/auth/login").header("x-forwarded-for", "10.0.0.7");
    let owner = owner.json(&json!({"email": OPERATOR, "password": PASSWORD})).send().await.unwrap();
    assert_eq!(owner.status(), 200, "a stranger's guesses lock the owner out");
    let form = [("email", "x".repeat(300)), ("password", "a wrong password".to_owned())];
    let page = service.request(Method::POST, "/login").form(&form).send().await.unwrap();
    assert_eq!(page.status(), 422);
}

#[tokio::test]
async fn a_team_has_seats_and_always_an_owner() {
    let (_folder, service) = started();
    let (owner, film, scenes) = with_film(&service).await;
    let (editor, viewer, stranger) =
        (service.member("Edda").await, service.member("Vic").await, service.member("Stan").await);
    let team = format!("/api/projects/{film}/team");
    for (email, role) in [("edda@studio.example", "editor"), ("vic@studio.example", "viewer")] {
        let body = json!({"email": email, "role": role, "job": "camera"});
        assert_eq!(service.send(&owner, Method::POST, &team, &body).await.0, 200);
    }
    let path = format!("/api/projects/{film}");
    let rename = json!({"logline": "They wait."});
    let mut statuses = Vec::new();
    for token in [&owner, &editor, &viewer, &stranger] {
        let read = service.request(Method::GET, &path).bearer_auth(token).send().await.unwrap().status().as_u16();
        statuses.push((read, service.send(token, Method::PATCH, &path, &rename).await.0));
    }
    assert_eq!(statuses, [(200, 200), (200, 200), (200, 403), (404, 404)]);
    let shots = format!("/api/scenes/{}/shots", scenes[0]);
    assert_eq!(service.send(&viewer, Method::POST, &shots, &json!({"size": "CU"})).await.0, 403);
    assert_eq!(service.send(&editor, Method::POST, &shots, &json!({"size": "CU"})).await.0, 201);
    assert_eq!(service.send(&editor, Method::DELETE, &path, &json!({})).await.0, 403);

    let demoted = json!({"email": "olive@studio.example", "role": "viewer"});
    assert_eq!(service.send(&owner, Method::POST, &team, &demoted).await.0, 409);
    let unknown = json!({"email": "who@studio.example", "role": "viewer"});
    assert_eq!(service.send(&owner, Method::POST, &team, &unknown).await.0, 404);
    let members = service.read(&owner, &team).await;
    let id = |at: usize| members["items"][at]["user_id"].as_str().unwrap().to_owned();
    assert_eq!(service.send(&owner, Method::DELETE, &format!("{team}/{}", id(0)), &json!({})).await.0, 409);
    assert_eq!(service.send(&owner, Method::DELETE, &format!("{team}/{}", id(1)), &json!({})).await.0, 204);
    let seen = service.request(Method::GET, &path).bearer_auth(&editor).send().await.unwrap();
    assert_eq!(seen.status(), 404, "the seat is gone");
}

#[tokio::test]
async fn tokens_outlive_one_rotation_and_a_restart() {
    let (folder, mut service) = started();
    let token = service.operator().await;
    assert!(service.stop().success());
    let service = Running::start(folder.path(), &[("JWT_SECRET", OTHER_KEY), ("JWT_SECRET_PREVIOUS", KEY)]);
    service.read(&token, "/api/auth/me").await;
    let fresh = service.operator().await;
    service.read(&fresh, "/api/auth/me").await;
}
