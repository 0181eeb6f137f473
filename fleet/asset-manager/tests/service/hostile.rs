//! What a careless or hostile client sends gets a clear 4xx, never a 5xx, and does no harm.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{started, started_with, status_and_body};

#[tokio::test]
async fn bodies_that_are_no_story_are_refused() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let deep = "[".repeat(100_000);
    let cases: [(&str, &str, u16); 9] = [
        ("application/json", "{", 400),
        ("application/json", "", 400),
        ("application/json", &deep, 400),
        ("application/json", "\u{feff}{}", 400),
        ("application/json", "[]", 422),
        ("application/json", "\"x\"", 422),
        ("application/json", r#"{"name": 5, "description": [], "visibility": "secret", "owner_id": "me"}"#, 422),
        ("text/plain", r#"{"name": "x"}"#, 415),
        ("application/json", r#"{"name": "\ud800"}"#, 400),
    ];
    for (kind, body, expected) in cases {
        let request = service.request(Method::POST, "/api/universes").bearer_auth(&token);
        let (status, answer) =
            status_and_body(request.header("content-type", kind).body(body.to_owned()).send().await.unwrap()).await;
        let start: String = body.chars().take(40).collect();
        assert_eq!(status, expected, "{start}: {answer}");
        assert!(answer["type"].as_str().unwrap().starts_with("urn:problem:"), "{start}: {answer}");
    }
    assert_eq!(service.read(&token, "/api/universes").await["items"], json!([]));
}

#[tokio::test]
async fn a_huge_body_is_refused() {
    let (_folder, service) = started_with(&[("BODY_LIMIT_BYTES", "20000")]);
    let token = service.admin().await;
    let body = json!({"name": "x", "description": "y".repeat(30_000)});
    let (status, answer) = service.send(&token, Method::POST, "/api/universes", &body).await;
    assert_eq!((status, answer["type"].as_str()), (413, Some("urn:problem:too-large")));
}

#[tokio::test]
async fn names_from_everywhere_are_kept_as_they_are() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let names = [
        "Robert'); DROP TABLE universes;--",
        "\" OR 1=1 --",
        "<script>alert(1)</script>",
        "{{ 7777 * 7777 }}{% raw %}",
        "Żółć 🎬 шум 風 שלום",
        "e\u{301}\u{200d}\u{202e}",
        "../../etc/passwd",
        "%00%0a",
    ];
    for name in names {
        let made = service.create(&token, "/api/universes", json!({"name": name, "visibility": "public"})).await;
        assert_eq!(made["name"], name);
        let page = service.text(&format!("/universes/{}", made["id"].as_str().unwrap())).await;
        assert!(!page.contains("<script>alert") && !page.contains("60481729"), "{page}");
    }
    assert_eq!(service.read(&token, "/api/universes").await["items"].as_array().unwrap().len(), names.len());
    for refused in ["a\u{0}b", "two\nlines", "   ", &"x".repeat(121)] {
        let (status, body) = service.send(&token, Method::POST, "/api/universes", &json!({"name": refused})).await;
        assert_eq!((status, body["errors"][0]["field"].as_str()), (422, Some("name")), "{refused:?}: {body}");
    }
}

#[tokio::test]
async fn attributes_are_checked_one_by_one() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let universe = service.create(&token, "/api/universes", json!({"name": "A"})).await;
    let elements = format!("/api/universes/{}/elements", universe["id"].as_str().unwrap());
    let element = service.create(&token, &elements, json!({"kind": "place", "name": "Quay"})).await;
    let components = format!("/api/elements/{}/components", element["id"].as_str().unwrap());
    let attributes = json!({"fine": 1, "": 2, "nested": {"a": 1}, "list": [], "none": null, "long": "x".repeat(1001)});
    let body = json!({"kind": "attributes", "title": "T", "attributes": attributes});
    let (status, answer) = service.send(&token, Method::POST, &components, &body).await;
    assert_eq!(status, 422);
    let fields: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().map(|fault| fault["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["attributes.", "attributes.nested", "attributes.list", "attributes.none", "attributes.long"]);
    for body in [
        json!({"kind": "text", "title": "T"}),
        json!({"kind": "text", "title": "T", "text": ""}),
        json!({"kind": "text", "title": "T", "attributes": {"a": 1}}),
        json!({"kind": "attributes", "title": "T", "attributes": {}}),
        json!({"kind": "attributes", "title": "T", "attributes": []}),
        json!({"kind": 7, "title": null}),
    ] {
        assert_eq!(service.send(&token, Method::POST, &components, &body).await.0, 422, "{body}");
    }
}

#[tokio::test]
async fn paths_and_methods_that_are_none_get_a_problem() {
    let (_folder, service) = started();
    for (method, path, expected) in [
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/api/universes/not-an-id", 404),
        (Method::GET, "/api/universes/%ff", 400),
        (Method::GET, "/assets/../Cargo.toml", 404),
        (Method::GET, "/assets/%2e%2e%2fstyle.css", 404),
        (Method::PUT, "/api/universes", 405),
        (Method::DELETE, "/health", 405),
    ] {
        let (status, body) = status_and_body(service.request(method, path).send().await.unwrap()).await;
        assert_eq!((status, body["status"].as_u64()), (expected, Some(u64::from(expected))), "{path}: {body}");
    }
    let id = "01890000-0000-7000-8000-000000000000";
    assert_eq!(service.get(&format!("/elements/{id}?after=x")).await.status(), 404);
    let token = service.admin().await;
    // Nothing is there, whatever is sent.
    assert_eq!(service.send(&token, Method::PATCH, &format!("/api/components/{id}"), &Value::Null).await.0, 404);
}

#[tokio::test]
async fn bytes_that_are_no_http_end_their_connection_alone() {
    let (_folder, service) = started();
    for bytes in
        [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"GET / HTTP/9.9\r\n\r\n", b"GET /\0 HTTP/1.1\r\nhost: a\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let text = String::from_utf8_lossy(&answer);
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 400"), "{text}");
    }
    assert_eq!(service.get("/health").await.status(), 200);
}
