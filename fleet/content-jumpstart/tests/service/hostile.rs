//! What a careless or hostile client sends gets a clear 4xx, never a 5xx, and does no harm.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{started, status_and_body};

#[tokio::test]
async fn bodies_that_are_no_client_are_refused() {
    let (_folder, service) = started();
    let token = service.operator().await;
    let deep = "[".repeat(100_000);
    let cases: [(&str, &str, u16); 8] = [
        ("application/json", "{", 400),
        ("application/json", "", 400),
        ("application/json", &deep, 400),
        ("application/json", "[]", 422),
        ("application/json", r#"{"name": 5, "voice_samples": "x", "owner_id": "me"}"#, 422),
        ("application/json", r#"{"name": "x", "website": "javascript:alert(1)"}"#, 422),
        ("text/plain", r#"{"name": "x"}"#, 415),
        ("application/json", r#"{"name": "\ud800"}"#, 400),
    ];
    for (kind, body, expected) in cases {
        let request = service.request(Method::POST, "/api/clients").bearer_auth(&token);
        let (status, answer) =
            status_and_body(request.header("content-type", kind).body(body.to_owned()).send().await.unwrap()).await;
        let start: String = body.chars().take(40).collect();
        assert_eq!(status, expected, "{start}: {answer}");
        assert!(answer["type"].as_str().unwrap().starts_with("urn:problem:"), "{start}: {answer}");
    }
    assert_eq!(service.read(&token, "/api/clients").await["items"], json!([]));
}

#[tokio::test]
async fn names_from_everywhere_are_kept_as_they_are() {
    let (_folder, service) = started();
    let token = service.operator().await;
    for name in ["Robert'); DROP TABLE clients;--", "<script>alert(1)</script>", "Żółć 🎬 шум 風 שלום", "$1 ?1 {{x}}"]
    {
        let made = service.create(&token, "/api/clients", json!({"name": name, "voice_samples": [name]})).await;
        assert_eq!((&made["name"], &made["voice_samples"][0]["text"]), (&json!(name), &json!(name)));
    }
    assert_eq!(service.read(&token, "/api/clients").await["items"].as_array().unwrap().len(), 4);
    for refused in ["a\u{0}b", "two\nlines", "   ", &"x".repeat(121)] {
        let (status, body) = service.send(&token, Method::POST, "/api/clients", &json!({"name": refused})).await;
        assert_eq!((status, body["errors"][0]["field"].as_str()), (422, Some("name")), "{refused:?}: {body}");
    }
}

#[tokio::test]
async fn paths_methods_and_forged_tokens_get_a_problem() {
    let (_folder, service) = started();
    for (method, path, expected) in [
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/api/clients/not-an-id", 401),
        (Method::GET, "/assets/../Cargo.toml", 404),
        (Method::GET, "/assets/%2e%2e%2findex.html", 404),
        (Method::GET, "/assets/.hidden.js", 404),
        (Method::PUT, "/api/clients", 405),
        (Method::DELETE, "/health", 405),
    ] {
        let (status, body) = status_and_body(service.request(method, path).send().await.unwrap()).await;
        assert_eq!((status, body["status"].as_u64()), (expected, Some(u64::from(expected))), "{path}: {body}");
    }
    let token = service.operator().await;
    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    for forged in [unsigned.as_str(), "a.b.c", ""] {
        let (status, told) = service.send(forged, Method::GET, "/api/auth/me", &Value::Null).await;
        assert_eq!((status, told["type"].as_str()), (401, Some("urn:problem:unauthenticated")), "{forged}");
    }
}
