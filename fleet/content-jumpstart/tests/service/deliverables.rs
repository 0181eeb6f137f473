//! Deliverables: documents that open, and the proof that they went out.

use std::io::{Cursor, Read};

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, started};

async fn approved(service: &Running) -> (String, String) {
    let token = service.user("Writer").await;
    let project = service.written_project(&token).await;
    let none = json!({"format": "docx", "recipient": "x"});
    let path = format!("/api/projects/{project}/deliverables");
    assert_eq!(service.send(&token, Method::POST, &path, &none).await.0, 409, "nothing is approved yet");
    let posts = service.read(&token, &format!("/api/projects/{project}/posts")).await;
    let odd = json!({"body": "Tea & <biscuits> \u{2014} “today”\n\nBook a free call.", "status": "approved"});
    service
        .send(&token, Method::PATCH, &format!("/api/posts/{}", posts["items"][0]["id"].as_str().unwrap()), &odd)
        .await;
    service.send(&token, Method::POST, &format!("/api/projects/{project}/approve"), &json!({})).await;
    (token, project)
}

async fn deliver(service: &Running, token: &str, project: &str, format: &str) -> (Value, Vec<u8>) {
    let body = json!({"format": format, "recipient": "Mara at Ledgerly"});
    let made = service.create(token, &format!("/api/projects/{project}/deliverables"), body).await;
    let file = format!("/api/deliverables/{}/file", made["id"].as_str().unwrap());
    let answer = service.request(Method::GET, &file).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let disposition = format!("attachment; filename=\"spring-launch.{format}\"");
    assert_eq!(answer.headers()["content-disposition"], disposition.as_str());
    (made, answer.bytes().await.unwrap().to_vec())
}

/// Every part of a package that is XML, well-formed; gives the document's text.
fn read_package(bytes: &[u8]) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = package.file_names().map(str::to_owned).collect();
    for part in ["[Content_Types].xml", "word/document.xml", "word/styles.xml", "_rels/.rels"] {
        assert!(names.iter().any(|name| name == part), "{part} is missing: {names:?}");
    }
    let mut text = String::new();
    for name in names.iter().filter(|name| name.ends_with(".xml") || name.ends_with(".rels")) {
        let mut xml = String::new();
        package.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
        let mut reader = quick_xml::Reader::from_str(&xml);
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{name} is not well-formed: {error}")) {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Text(words) if name == "word/document.xml" => {
                    text.push_str(&words.decode().unwrap());
                }
                _ => {}
            }
        }
    }
    text
}

#[tokio::test]
async fn a_word_document_opens_and_its_delivery_is_proved() {
    let (_folder, service) = started();
    let (token, project) = approved(&service).await;
    let (made, bytes) = deliver(&service, &token, &project, "docx").await;
    let text = read_package(&bytes);
    for part in ["Spring launch", "Post 1", "Tea ", "biscuits", "Book a free call"] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert_eq!(made["size_bytes"], bytes.len());
    let list = service.read(&token, &format!("/api/projects/{project}/deliverables")).await;
    let proof = &list["items"][0];
    assert_eq!(
        (&proof["downloads"], &proof["recipient"], &proof["delivered_by"]),
        (&json!(1), &json!("Mara at Ledgerly"), &json!("writer@studio.example"))
    );
    assert!(proof["downloaded_at"].is_string() && proof["sha256"].as_str().unwrap().len() == 64);
    assert_eq!(service.read(&token, &format!("/api/projects/{project}")).await["status"], "delivered");
    assert_eq!(service.read(&token, "/api/dashboard").await["active_projects"], 0);
}

#[tokio::test]
async fn text_and_pdf_are_made_too() {
    let (_folder, service) = started();
    let (token, project) = approved(&service).await;
    let (_, text) = deliver(&service, &token, &project, "txt").await;
    assert!(String::from_utf8(text).unwrap().contains("Tea & <biscuits> — “today”"));
    let (made, pdf) = deliver(&service, &token, &project, "pdf").await;
    assert!(pdf.starts_with(b"%PDF-") && made["letters_lost"] == 0, "{made}");
    let wrong = json!({"format": "odt", "recipient": ""});
    let (status, told) =
        service.send(&token, Method::POST, &format!("/api/projects/{project}/deliverables"), &wrong).await;
    assert_eq!((status, told["errors"].as_array().unwrap().len()), (422, 2), "{told}");
}
