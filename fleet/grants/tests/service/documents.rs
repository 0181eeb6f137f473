//! Documents: versions, optimistic locking, attachments, PDF.

use std::io::Read;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::running::{afm, started, status_and_body};

#[tokio::test]
async fn a_document_is_written_changed_by_turns_and_deleted() {
    let (_place, service) = started();
    let token = service.admin().await;
    let made = service.create(&token, "/api/documents", json!({"title": "Αίτηση", "body": "Πρώτη γραμμή"})).await;
    let path = format!("/api/documents/{}", made["id"].as_str().unwrap());
    let change = |version: &str, title: &str| {
        service
            .request(Method::PATCH, &path)
            .bearer_auth(&token)
            .header("if-match", version)
            .json(&json!({"title": title}))
    };
    assert_eq!(change("\"1\"", "Second").send().await.unwrap().status(), 200);
    let (status, problem) = status_and_body(change("\"1\"", "Lost").send().await.unwrap()).await;
    assert_eq!((status, problem["type"].as_str()), (412, Some("urn:problem:stale")));

    let now = service.read(&token, &path).await;
    assert_eq!(
        (now["title"].as_str(), now["version"].as_i64(), now["body"].as_str()),
        (Some("Second"), Some(2), Some("Πρώτη γραμμή"))
    );
    let versions = service.read(&token, &format!("{path}/versions")).await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    assert_eq!(service.read(&token, &format!("{path}/versions/1")).await["title"], "Αίτηση");
    assert_eq!(service.read(&token, "/api/documents?q=SECON").await["items"].as_array().unwrap().len(), 1);

    assert_eq!(service.send(&token, Method::DELETE, &path, &Value::Null).await.0, 204);
    assert_eq!(service.send(&token, Method::GET, &path, &Value::Null).await.0, 404);
    let trail = service.read(&token, &format!("/api/audit?subject={}", made["id"].as_str().unwrap())).await;
    let actions: Vec<&str> =
        trail["items"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["document.deleted", "document.changed", "document.created"]);
}

#[tokio::test]
async fn of_many_writers_at_once_one_wins_each_version() {
    let (_place, service) = started();
    let token = service.admin().await;
    let made = service.create(&token, "/api/documents", json!({"title": "T"})).await;
    let path = format!("/api/documents/{}", made["id"].as_str().unwrap());
    let write = async |number: usize| {
        let body = json!({"title": format!("by {number}")});
        let request = service.request(Method::PATCH, &path).bearer_auth(&token).header("if-match", "\"1\"").json(&body);
        request.send().await.unwrap().status().as_u16()
    };
    let (a, b, c, d) = tokio::join!(write(1), write(2), write(3), write(4));
    let mut statuses = [a, b, c, d];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
}

#[tokio::test]
async fn an_attachment_comes_back_as_it_was_sent() {
    let (_place, service) = started();
    let token = service.admin().await;
    let made = service.create(&token, "/api/documents", json!({"title": "T"})).await;
    let path = format!("/api/documents/{}/attachments", made["id"].as_str().unwrap());
    // Several parts of the database's, the last one short.
    let bytes: Vec<u8> =
        b"%PDF-1.7 ".iter().copied().chain((0..600_000u32).map(|number| (number % 251) as u8)).collect();
    let form = Form::new().part("file", Part::bytes(bytes.clone()).file_name("../Απόφαση 1.exe"));
    let answer = service.request(Method::POST, &path).bearer_auth(&token).multipart(form).send().await.unwrap();
    let (status, attachment) = status_and_body(answer).await;
    assert_eq!((status, attachment["file_name"].as_str()), (201, Some("Απόφαση 1.pdf")), "{attachment}");
    let place = format!("/api/attachments/{}", attachment["id"].as_str().unwrap());
    let answer = service.request(Method::GET, &place).bearer_auth(&token).send().await.unwrap();
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment;"));
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    assert_eq!(service.get(&place).await.status(), 401);
    assert_eq!(service.send(&token, Method::DELETE, &place, &Value::Null).await.0, 204);
    assert_eq!(service.read(&token, &path).await["items"], json!([]));
}

#[tokio::test]
async fn the_pdf_holds_the_text() {
    let (_place, service) = started();
    let token = service.admin().await;
    let person =
        service.create(&token, "/api/beneficiaries", json!({"name": "Λέσχη Κινηματογράφου", "afm": afm(12)})).await;
    let new = json!({"title": "Σύμβαση", "body": "Γραμμή α\n\nΓραμμή β", "beneficiary_ids": [person["id"]]});
    let made = service.create(&token, "/api/documents", new).await;
    let path = format!("/api/documents/{}/pdf", made["id"].as_str().unwrap());
    let answer = service.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let bytes = answer.bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    // The map from glyphs to letters is there, so the text can be copied: it names capital sigma, the title's first letter.
    let maps = streams(&bytes);
    assert!(maps.iter().any(|text| text.contains("beginbfchar") && text.to_uppercase().contains("<03A3>")), "{maps:?}");
}

/// The streams of a PDF that are text, unpacked where they are packed.
fn streams(bytes: &[u8]) -> Vec<String> {
    let find = |from: usize, needle: &[u8]| {
        bytes[from..].windows(needle.len()).position(|window| window == needle).map(|at| from + at)
    };
    let (mut at, mut found) = (0, Vec::new());
    while let Some(begin) = find(at, b"stream\n") {
        let Some(end) = find(begin, b"\nendstream") else { break };
        let raw = &bytes[begin + 7..end];
        let mut text = Vec::new();
        if flate2::read::ZlibDecoder::new(raw).read_to_end(&mut text).is_err() {
            text = raw.to_vec();
        }
        found.extend(String::from_utf8(text));
        at = end + 10;
    }
    found
}
