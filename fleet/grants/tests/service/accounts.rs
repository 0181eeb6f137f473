//! Signing in, roles, and sessions that outlive the process.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::running::{ADMIN, PASSWORD, Place, started, status_and_body};

#[tokio::test]
async fn a_session_outlives_a_restart_and_ends_with_its_sign_out() {
    let place = Place::migrated();
    let mut before = place.start(&[]);
    let token = before.admin().await;
    assert!(before.stop().success());

    let after = place.start(&[]);
    assert_eq!(after.read(&token, "/api/auth/me").await["email"], ADMIN);
    assert_eq!(after.send(&token, Method::POST, "/api/auth/logout", &json!(null)).await.0, 204);
    assert_eq!(after.send(&token, Method::GET, "/api/auth/me", &json!(null)).await.0, 401);
}

#[tokio::test]
async fn a_cookie_reads_and_changes_only_with_the_token_against_forgery() {
    let (_place, service) = started();
    let answer = service.request(Method::POST, "/api/auth/login").json(&json!({"email": ADMIN, "password": PASSWORD}));
    let answer = answer.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let csrf = status_and_body(answer).await.1["csrf_token"].as_str().unwrap().to_owned();

    let ask = |method, path| service.request(method, path).header("cookie", cookie.clone());
    assert_eq!(ask(Method::GET, "/api/documents").send().await.unwrap().status(), 200);
    let body = json!({"title": "By cookie"});
    assert_eq!(ask(Method::POST, "/api/documents").json(&body).send().await.unwrap().status(), 403);
    let forged = ask(Method::POST, "/api/documents").header("x-csrf-token", "0".repeat(64)).json(&body);
    assert_eq!(forged.send().await.unwrap().status(), 403);
    let own = ask(Method::POST, "/api/documents").header("x-csrf-token", csrf).json(&body);
    assert_eq!(own.send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn roles_permit_what_they_say_and_nothing_else() {
    let (_place, service) = started();
    let admin = service.admin().await;
    let budget = service.create(&admin, "/api/budgets", json!({"name": "B"})).await["id"].as_str().unwrap().to_owned();
    let line = format!("/api/budgets/{budget}/lines");
    for (role, documents, budgets, users, trail) in
        [("viewer", 403, 403, 403, 403), ("editor", 201, 403, 403, 403), ("treasurer", 201, 201, 403, 200)]
    {
        let token = service.somebody(&admin, role).await;
        let post = async |path: &str, body| service.send(&token, Method::POST, path, &body).await.0;
        assert_eq!(post("/api/documents", json!({"title": "T"})).await, documents, "{role}");
        assert_eq!(post(&line, json!({"name": "L", "planned_cents": 5})).await, budgets, "{role}");
        let new = json!({"email": "x@y.example", "name": "X", "role": "admin", "password": PASSWORD});
        assert_eq!(post("/api/users", new).await, users, "{role}");
        assert_eq!(service.send(&token, Method::GET, "/api/audit", &json!(null)).await.0, trail, "{role}");
        assert_eq!(service.send(&token, Method::GET, "/api/budgets", &json!(null)).await.0, 200, "{role}");
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down_in_all_instances_together() {
    let place = Place::migrated();
    let few = [("SIGN_INS_PER_MINUTE", "3")];
    let (one, other) = (place.start(&few), place.start(&few));
    let unknown = format!("{}@grants.example", uuid::Uuid::now_v7());
    let statuses = [
        one.login(&unknown, "wrong-password").await.0,
        other.login(&unknown, "wrong-password").await.0,
        one.login(&unknown, "wrong-password").await.0,
        other.login(&unknown, "wrong-password").await.0,
    ];
    assert_eq!(statuses, [401, 401, 401, 429]);
    assert_eq!(one.login("somebody@else.example", "wrong-password").await.0, 401, "others may still sign in");
}

#[tokio::test]
async fn one_client_at_many_accounts_and_many_clients_at_one_are_slowed_down_too() {
    let place = Place::migrated();
    let service = place.start(&[("SIGN_INS_PER_MINUTE", "1")]);
    let (began, run) = (Instant::now(), uuid::Uuid::now_v7());
    let (mut at_many, mut from_many) = (0, 0);
    for number in 0..14 {
        at_many += usize::from(service.guess_from("10.0.0.1", &format!("{number}-{run}@grants.example")).await == 401);
        from_many += usize::from(
            service.guess_from(&format!("10.0.1.{number}"), &format!("one-{run}@grants.example")).await == 401,
        );
    }
    // Ten times as often. On a machine so slow that a minute went by, counting began anew meanwhile.
    let expected = if began.elapsed() < Duration::from_secs(60) { 10..=10 } else { 10..=14 };
    assert!(expected.contains(&at_many) && expected.contains(&from_many), "{at_many} {from_many}");
}
