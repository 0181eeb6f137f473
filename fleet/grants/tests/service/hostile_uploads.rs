//! Uploads that are none get a clear 4xx and leave nothing behind.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::running::{started, status_and_body};

#[tokio::test]
async fn hostile_files_are_refused_and_leave_nothing() {
    let (place, service) = started();
    let token = service.admin().await;
    let document = service.create(&token, "/api/documents", json!({"title": "T"})).await;
    let path = format!("/api/documents/{}/attachments", document["id"].as_str().unwrap());
    let post = |form: Form| service.request(Method::POST, &path).bearer_auth(&token).multipart(form);
    let file = |bytes: &[u8]| Form::new().part("file", Part::bytes(bytes.to_vec()).file_name("grant.pdf"));
    for (what, form, expected) in [
        ("a program", file(b"MZ\x90\0program"), 415),
        ("a page", file(b"<html><script>alert(1)</script>"), 415),
        ("a script", file(b"#!/bin/sh\nrm -rf ~"), 415),
        ("nothing", file(b""), 422),
        ("an archive", file(b"PK\x03\x04\x14\0\0\0evil.exe"), 415),
        ("no file", Form::new().text("title", "x"), 400),
        ("two files", file(b"%PDF-1").part("file", Part::bytes(b"%PDF-1".to_vec()).file_name("b.pdf")), 400),
    ] {
        let (status, problem) = status_and_body(post(form).send().await.unwrap()).await;
        assert_eq!(status, expected, "{what}: {problem}");
    }
    let mut large = b"%PDF-1.7".to_vec();
    large.resize((25 << 20) + 10, 0);
    // The service ends this connection, so nothing after it may use it; who still sends then may not see the answer.
    let refused = post(file(&large)).header("connection", "close").send().await;
    assert_eq!(refused.map_or(413, |answer| answer.status().as_u16()), 413);
    for (given, kept) in [("../../etc/passwd", "passwd.pdf"), ("Żółć 🎬.docx", "Żółć.pdf"), ("CON", "file-CON.pdf")]
    {
        let form = Form::new().part("file", Part::bytes(b"%PDF-1.7".to_vec()).file_name(given.to_owned()));
        let (status, attachment) = status_and_body(post(form).send().await.unwrap()).await;
        // A client library may clean the name itself; whatever comes is safe.
        let name = attachment["file_name"].as_str().unwrap_or_default();
        assert!(status == 201 && (name == kept || !name.contains(['/', '\r', '\n'])), "{given}: {attachment}");
    }
    let kept = service.read(&token, &path).await;
    assert_eq!(kept["items"].as_array().unwrap().len(), 3);
    assert_eq!(std::fs::read_dir(place.folder.path().join("staging")).unwrap().count(), 0, "something is left behind");
}

#[tokio::test]
async fn a_body_that_declares_two_gibibytes_or_breaks_off_is_not_waited_for() {
    let (_place, service) = started();
    let token = service.admin().await;
    let document = service.create(&token, "/api/documents", json!({"title": "T"})).await;
    let path = format!("/api/documents/{}/attachments", document["id"].as_str().unwrap());
    let head = |length: u64| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\
             content-type: multipart/form-data; boundary=x\r\n\r\n"
        )
    };
    let mut stream = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(head(2 << 30).as_bytes()).unwrap();
    let mut answer = vec![0; 64];
    let count = stream.read(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer[..count]).starts_with("HTTP/1.1 413"));

    let mut stream = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
    let part = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 cut";
    stream.write_all((head(10_000) + part).as_bytes()).unwrap();
    drop(stream);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(service.read(&token, &path).await["items"], json!([]));
}
