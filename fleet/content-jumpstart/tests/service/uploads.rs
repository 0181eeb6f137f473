//! Briefs by upload: texts are read, everything else is refused and leaves nothing behind.

use callsheet_servers::{chunk, raw_request, raw_request_that_breaks_off};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::running::{Running, started, status_and_body};

async fn upload(service: &Running, token: &str, client: &str, name: &str, bytes: Vec<u8>) -> (u16, Value) {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let path = format!("/api/clients/{client}/briefs/upload");
    // The service ends the connection of what it does not read to its end, so nothing after it may use that one.
    let request = service.request(Method::POST, &path).bearer_auth(token).header("connection", "close").multipart(form);
    status_and_body(request.send().await.unwrap()).await
}

async fn client(service: &Running, token: &str) -> String {
    service.create(token, "/api/clients", json!({"name": "Ledgerly"})).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_text_becomes_a_brief() {
    let (_folder, service) = started();
    let token = service.user("Writer").await;
    let client = client(&service, &token).await;
    let text = "\u{feff}Offer: Bookkeeping by subscription\r\nAudience: workshops\r\n\r\nPain points:\r\n- late invoices\r\n- receipts\r\n\
                Keywords: bookkeeping, cash flow\r\nCTA: Book a call\r\n";
    let (status, brief) = upload(&service, &token, &client, "../Spring brief.md", text.into()).await;
    assert_eq!((status, &brief["title"], &brief["source"]), (201, &json!("Spring brief"), &json!("upload")), "{brief}");
    assert_eq!(
        (&brief["pains"], &brief["keywords"]),
        (&json!(["late invoices", "receipts"]), &json!(["bookkeeping", "cash flow"]))
    );
    assert_eq!(
        (&brief["offer"], &brief["call_to_action"]),
        (&json!("Bookkeeping by subscription"), &json!("Book a call"))
    );
}

#[tokio::test]
async fn what_is_no_text_is_refused() {
    let (_folder, service) = started();
    let token = service.user("Writer").await;
    let client = client(&service, &token).await;
    let cases: [(&str, Vec<u8>, u16); 8] = [
        ("brief.txt", b"PK\x03\x04\x14\0\x06\0".to_vec(), 415),
        ("brief.txt", b"\x7fELF\x02\x01\x01\0".to_vec(), 415),
        ("brief.txt", vec![0xff, 0xfe, b'O', 0], 415),
        ("brief.txt", b"Offer: \x1b[2Jhats".to_vec(), 415),
        ("brief.txt", Vec::new(), 422),
        ("brief.txt", b"   \n\n  ".to_vec(), 422),
        ("brief.txt", b"Keywords: a, b".to_vec(), 422),
        ("brief.txt", vec![b'a'; 210 * 1024], 413),
    ];
    for (name, bytes, expected) in cases {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(16)]).into_owned();
        let (status, told) = upload(&service, &token, &client, name, bytes).await;
        assert_eq!(status, expected, "{start:?}: {told}");
        assert!(told["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{start:?}: {told}");
    }
    let path = format!("/api/clients/{client}/briefs/upload");
    let head = |framing: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
             content-type: multipart/form-data; boundary=edge\r\n{framing}\r\n\r\n"
        )
    };
    let part = b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\n\r\n";
    let port: u16 = service.url.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(raw_request(port, &head("content-length: 2147483648"), []), 413);
    // The same in chunks, whose sum nobody knows before.
    let endless = std::iter::repeat_n(chunk(&vec![b'a'; 1 << 20]), 2048);
    assert_eq!(
        raw_request(port, &head("transfer-encoding: chunked"), std::iter::once(chunk(part)).chain(endless)),
        413
    );
    raw_request_that_breaks_off(port, &head("content-length: 9000"), part);
    let two = Form::new().text("file", "Offer: x").text("file", "Offer: y");
    let answer = service.request(Method::POST, &path).bearer_auth(&token).multipart(two).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert_eq!(service.send(&token, Method::POST, &path, &json!({})).await.0, 415);
    assert_eq!(service.read(&token, &format!("/api/clients/{client}/briefs")).await["items"], json!([]));
}
