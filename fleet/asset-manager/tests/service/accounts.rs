//! Registering, signing in, two signing keys.

use reqwest::Method;
use serde_json::json;

use crate::running::{ADMIN, KEY, OTHER_KEY, PASSWORD, Running, started, started_with, status_and_body};

#[tokio::test]
async fn registers_once_signs_in_and_knows_who_asks() {
    let (_folder, service) = started();
    let token = service.member("Writer").await;
    let me = service.read(&token, "/api/auth/me").await;
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("writer@studio.example"), Some("member")));
    assert!(me.get("password_hash").is_none());
    let again = json!({"email": "WRITER@studio.example", "name": "N", "password": PASSWORD});
    let (status, body) = service.send("", Method::POST, "/api/auth/register", &again).await;
    assert_eq!((status, body["type"].as_str()), (409, Some("urn:problem:conflict")));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let (_folder, service) = started();
    let (wrong, mut first) = service.login(ADMIN, "not-the-password").await;
    let (unknown, mut second) = service.login("nobody@studio.example", "not-the-password").await;
    assert_eq!((wrong, unknown), (401, 401));
    first["request_id"].take();
    second["request_id"].take();
    assert_eq!(first, second);
}

#[tokio::test]
async fn guessing_is_slowed_down_by_api_and_page_and_locks_nobody_out() {
    let (_folder, service) = started_with(&[("SIGN_INS_PER_MINUTE", "2")]);
    let page = async |email: &str| {
        let form = [("email", email), ("password", "not-the-password")];
        service.request(Method::POST, "/login").form(&form).send().await.unwrap().status().as_u16()
    };
    // Tries come back with time, so there may be more of them on a busy machine.
    for by_page in [false, true] {
        let (mut status, mut tries) = (401, 0);
        while status == 401 && tries < 15 {
            status = if by_page { page(ADMIN).await } else { service.login(ADMIN, "not-the-password").await.0 };
            tries += 1;
        }
        assert_eq!(status, 429, "after {tries} tries");
    }
    for wrong in ["\0", "x".repeat(300).as_str()] {
        assert_eq!(page(wrong).await, 422);
    }
    let owner = service.request(Method::POST, "/api/auth/login").header("x-forwarded-for", "10.0.0.7");
    let owner = owner.json(&json!({"email": ADMIN, "password": PASSWORD})).send().await.unwrap();
    assert_eq!(owner.status(), 200, "a stranger's guesses lock the owner out");
}

#[tokio::test]
async fn registration_can_be_closed() {
    let (_folder, service) = started_with(&[("REGISTRATION_OPEN", "false")]);
    let body = json!({"email": "a@b.example", "name": "A", "password": PASSWORD});
    assert_eq!(service.send("", Method::POST, "/api/auth/register", &body).await.0, 403);
}

#[tokio::test]
async fn a_token_of_the_previous_key_is_good_until_that_key_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Running::start(folder.path(), &[("JWT_SECRET", KEY)]);
    let old = service.admin().await;
    service.stop();

    let mut service = Running::start(folder.path(), &[("JWT_SECRET", OTHER_KEY), ("JWT_SECRET_PREVIOUS", KEY)]);
    service.read(&old, "/api/auth/me").await;
    let new = service.admin().await;
    service.read(&new, "/api/auth/me").await;
    service.stop();

    let service = Running::start(folder.path(), &[("JWT_SECRET", OTHER_KEY)]);
    service.read(&new, "/api/auth/me").await;
    let answer = service.request(Method::GET, "/api/auth/me").bearer_auth(&old).send().await.unwrap();
    let (status, body) = status_and_body(answer).await;
    assert_eq!((status, body["type"].as_str()), (401, Some("urn:problem:unauthenticated")));
}

#[tokio::test]
async fn forged_and_foreign_tokens_are_refused() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let cut = format!("{}.{}.", parts[0], parts[1]);
    for forged in [unsigned.as_str(), cut.as_str(), "x", "a.b.c", ""] {
        let answer = service.request(Method::GET, "/api/universes").header("authorization", format!("Bearer {forged}"));
        assert_eq!(answer.send().await.unwrap().status(), 401, "{forged}");
    }
}
