//! Keys change while two instances serve: nobody is signed out, no number is unreadable, at each step of the way.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{AFM_KEY, Place, Running, SESSION_KEY, afm};

const NEW_SESSION_KEY: &str = "fedcba9876543210fedcba9876543210-session";
const NEW_AFM_KEY: &str = "fedcba9876543210fedcba9876543210-afm";

async fn works(service: &Running, token: &str, number: u32) {
    assert_eq!(service.send(token, Method::GET, "/api/auth/me", &Value::Null).await.0, 200, "signed out");
    let found = service.read(token, &format!("/api/beneficiaries?afm={}", afm(1))).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "not found any more");
    let (status, answer) =
        service.send(token, Method::POST, "/api/beneficiaries", &json!({"name": "Again", "afm": afm(1)})).await;
    assert_eq!(status, 409, "the same number twice: {answer}");
    let made = service.create(token, "/api/beneficiaries", json!({"name": "N", "afm": afm(number)})).await;
    let reveal = format!("/api/beneficiaries/{}/afm", made["id"].as_str().unwrap());
    assert_eq!(service.read(token, &reveal).await["afm"], afm(number));
}

#[tokio::test]
async fn both_keys_are_rotated_under_the_eyes_of_two_instances() {
    let place = Place::migrated();
    let steps: [&[(&str, &str)]; 4] = [
        &[],
        &[("SESSION_SECRET_NEXT", NEW_SESSION_KEY), ("AFM_KEY_NEXT", NEW_AFM_KEY)],
        &[
            ("SESSION_SECRET", NEW_SESSION_KEY),
            ("SESSION_SECRET_PREVIOUS", SESSION_KEY),
            ("AFM_KEY", NEW_AFM_KEY),
            ("AFM_KEY_PREVIOUS", AFM_KEY),
        ],
        &[("SESSION_SECRET", NEW_SESSION_KEY), ("AFM_KEY", NEW_AFM_KEY)],
    ];
    let mut instances = [place.start(steps[0]), place.start(steps[0])];
    let mut token = instances[0].admin().await;
    instances[0].create(&token, "/api/beneficiaries", json!({"name": "First", "afm": afm(1)})).await;
    let mut number = 10;
    for step in &steps[1..3] {
        for at in 0..2 {
            instances[at] = place.start(step);
            for service in &instances {
                number += 1;
                works(service, &token, number).await;
            }
        }
    }
    // Whoever comes meanwhile is handed the session under the new key.
    let answer = instances[0].request(Method::GET, "/api/auth/me").bearer_auth(&token).send().await.unwrap();
    token = answer.headers()["x-renewed-token"].to_str().unwrap().to_owned();

    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (status, ready) = instances[0].look("/api/health/ready").await;
        assert_eq!(status, 200, "{ready}");
        if ready["dependencies"]["afm_keys"]["detail"]["under_previous_keys"] == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "not sealed anew: {ready}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for instance in &mut instances {
        *instance = place.start(steps[3]);
        number += 1;
        works(instance, &token, number).await;
        let (status, ready) = instance.look("/api/health/ready").await;
        assert_eq!(status, 200, "{ready}");
    }
    for key in [SESSION_KEY, AFM_KEY, NEW_SESSION_KEY, NEW_AFM_KEY] {
        assert_eq!(place.holding(key), Vec::<String>::new(), "a key is in a log");
    }
}

#[tokio::test]
async fn a_key_taken_away_too_early_is_seen_at_once() {
    let place = Place::migrated();
    let service = place.start(&[]);
    let token = service.admin().await;
    service.create(&token, "/api/beneficiaries", json!({"name": "N", "afm": afm(1)})).await;
    let early = place.start(&[("AFM_KEY", NEW_AFM_KEY)]);
    let (status, ready) = early.look("/api/health/ready").await;
    let reason = ready["dependencies"]["afm_keys"]["reason"].as_str().unwrap_or_default().to_owned();
    assert!(status == 503 && reason.contains("1 tax numbers are under a key that is not configured"), "{ready}");
    assert_eq!(early.read(&token, "/api/beneficiaries").await["items"][0]["afm"], "•••••••••");
}
