//! What a careless or hostile client sends gets a clear 4xx, never a 5xx, and does no harm.

use std::time::{Duration, Instant};

use callsheet_servers::{chunk, raw_request, raw_request_that_breaks_off};
use reqwest::Method;
use serde_json::json;

use crate::running::{started, started_with, status_and_body, with_film};

/// A number as a word in capitals.
fn letters(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'A')).collect()
}

#[tokio::test]
async fn scripts_that_are_none_are_refused_and_leave_nothing_behind() {
    let (_folder, service) = started_with(&[("SCRIPT_LIMIT_BYTES", "200000")]);
    let (token, film, _) = with_film(&service).await;
    let path = format!("/api/projects/{film}/script");
    let things =
        |scene: u32| (0..200).map(move |thing| format!("A{}. ", letters(scene * 200 + thing))).collect::<String>();
    let crowded: String = (0..101).map(|scene| format!(".A\n\n{}\n\n", things(scene))).collect();
    let cases: [(&str, Vec<u8>, u16); 11] = [
        ("text/plain", crowded.into_bytes(), 422),
        ("application/json", b"{}".to_vec(), 415),
        ("application/pdf", b"%PDF-1.7".to_vec(), 415),
        ("text/plain", b"%PDF-1.7 in disguise".to_vec(), 415),
        ("text/plain", b"PK\x03\x04 a bomb".to_vec(), 415),
        ("text/plain", b"\xff\xfe\x00I\x00N\x00T".to_vec(), 422),
        ("text/plain", b"   \n\n ".to_vec(), 422),
        ("text/plain", b"INT. A - DAY\0".to_vec(), 422),
        ("text/plain", vec![b'x'; 200_001], 413),
        ("text/plain", ".A\n\n".repeat(2001).into_bytes(), 422),
        ("multipart/form-data; boundary=x", b"--x--".to_vec(), 415),
    ];
    for (kind, body, expected) in cases {
        let start = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
        let request = service.request(Method::PUT, &path).bearer_auth(&token).header("content-type", kind).body(body);
        // The service ends the connection of what is too long, so nothing after it may use that one.
        let sent = if expected == 413 { request.header("connection", "close") } else { request }.send().await;
        if sent.is_err() && expected == 413 {
            // Who still sends at that moment may not see the answer.
            continue;
        }
        let (status, answer) = status_and_body(sent.unwrap()).await;
        assert_eq!(status, expected, "{start}: {answer}");
        assert!(answer["type"].as_str().unwrap().starts_with("urn:problem:"), "{start}: {answer}");
    }
    let scenes = service.read(&token, &format!("/api/projects/{film}/scenes")).await;
    assert_eq!(scenes["items"].as_array().unwrap().len(), 3, "a refused script changed the film");
}

#[tokio::test]
async fn bodies_of_two_gibibytes_or_without_an_end_are_refused() {
    let (_folder, service) = started();
    let (token, film, _) = with_film(&service).await;
    let head = |framing: &str| {
        format!(
            "PUT /api/projects/{film}/script HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: text/plain\r\n{framing}\r\n\r\n"
        )
    };
    assert_eq!(raw_request(service.port, &head("Content-Length: 2147483648"), []), 413);
    // The same in chunks, whose sum nobody knows before.
    let endless = std::iter::repeat_n(chunk(&vec![b'x'; 1 << 20]), 2048);
    assert_eq!(raw_request(service.port, &head("Transfer-Encoding: chunked"), endless), 413);
    raw_request_that_breaks_off(service.port, &head("Content-Length: 9000"), b"INT. A - DAY");
    let scenes = service.read(&token, &format!("/api/projects/{film}/scenes")).await;
    assert_eq!(scenes["items"].as_array().unwrap().len(), 3, "a refused script changed the film");
}

#[tokio::test]
async fn scripts_full_of_open_marks_are_read_quickly() {
    let (_folder, service) = started();
    let (token, film, _) = with_film(&service).await;
    for part in ["[[", "/*", "[[a]]", "# ", "ADA\n(", "> <\n", "A\n  \n", "[[prop: x]] A\n"] {
        let began = Instant::now();
        let script = format!("INT. A - DAY\n\n{}", part.repeat(400_000 / part.len()));
        let (status, answer) = service.save(&token, &film, &script).await;
        assert!([200, 422].contains(&status), "{part}: {answer}");
        assert!(began.elapsed() < Duration::from_secs(15), "{part} took {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn words_from_everywhere_are_kept_as_they_are() {
    let (_folder, service) = started();
    let token = service.member("Olive").await;
    let names = [
        "Robert'); DROP TABLE projects;--",
        "<script>alert(1)</script>",
        "{{ 7777 * 7777 }}",
        "Żółć 🎬 шум 風 שלום",
        "../../etc/passwd",
    ];
    for name in names {
        let film = service.create(&token, "/api/projects", json!({"title": name, "logline": name})).await;
        assert_eq!(film["title"], name);
        let id = film["id"].as_str().unwrap();
        let script = format!("INT. {} - DAY\n\n{name} 🎬\n\n@{name}\nÜber.\n", name.replace('\n', " "));
        assert_eq!(service.save(&token, id, &script).await.0, 200);
        for path in ["", "/breakdown", "/schedule", "/storyboard", "/budget"] {
            let page = service.request(Method::GET, &format!("/films/{id}{path}")).bearer_auth(&token);
            let page = page.send().await.unwrap();
            assert_eq!(page.status(), 200, "{name}: {path}");
            let page = page.text().await.unwrap();
            assert!(!page.contains("<script>alert") && !page.contains("60481729"), "{page}");
        }
        let (status, answer) = service
            .send(&token, Method::POST, &format!("/api/projects/{id}/schedule"), &json!({"start": "2026-05-07"}))
            .await;
        assert_eq!(status, 200, "{answer}");
        for file in ["schedule.pdf", "days/1/call-sheet.pdf", "bundle.zip"] {
            let answer = service.request(Method::GET, &format!("/api/projects/{id}/{file}")).bearer_auth(&token);
            assert_eq!(answer.send().await.unwrap().status(), 200, "{name}: {file}");
        }
    }
    for (field, value) in [("title", "a\u{0}b"), ("title", "two\nlines"), ("title", "  "), ("currency", "DOUBLOON")] {
        let (status, body) =
            service.send(&token, Method::POST, "/api/projects", &json!({"title": "x", field: value})).await;
        assert_eq!((status, body["errors"][0]["field"].as_str()), (422, Some(field)), "{body}");
    }
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let (_folder, service) = started_with(&[("RATE_LIMIT_PER_MINUTE", "20")]);
    // One more is allowed every three seconds: on a busy machine several, before the limit is met.
    let (mut allowed, mut limited) = (0, 0);
    while limited < 5 {
        let answer = service.get("/login").await;
        if answer.status() == 429 {
            assert!(answer.headers().contains_key("retry-after"));
            limited += 1;
        } else {
            allowed += 1;
        }
        assert!(allowed < 200, "nobody is limited");
    }
    assert!(allowed >= 18, "limited after {allowed} requests");
    assert_eq!(service.get("/health").await.status(), 200);
}
