//! Files: uploaded, generated, shown, fetched in ranges, removed with what they belong to.

use std::path::Path;

use axum::routing::post;
use image::{DynamicImage, ImageFormat};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::running::{Running, started, started_with, status_and_body};

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
    DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A model that is nothing but its header.
fn glb() -> Vec<u8> {
    [&b"glTF\x02\0\0\0"[..], &20u32.to_le_bytes(), &0u32.to_le_bytes(), b"JSON"].concat()
}

pub async fn upload(service: &Running, token: &str, element: &str, name: &str, bytes: Vec<u8>) -> (u16, Value) {
    let form = Form::new().text("title", "A file").part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let request = service.request(Method::POST, &format!("/api/elements/{element}/media")).bearer_auth(token);
    status_and_body(request.multipart(form).send().await.unwrap()).await
}

/// A universe and an element in it.
pub async fn place(service: &Running, token: &str) -> (String, String) {
    let universe = service.create(token, "/api/universes", json!({"name": "Harbour"})).await;
    let universe = universe["id"].as_str().unwrap().to_owned();
    let body = json!({"kind": "place", "name": "The Quay"});
    let element = service.create(token, &format!("/api/universes/{universe}/elements"), body).await;
    (universe, element["id"].as_str().unwrap().to_owned())
}

/// Every file below a folder.
pub fn files(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let entries = entries.map(|entry| entry.unwrap());
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

#[tokio::test]
async fn a_picture_is_kept_shown_small_and_removed() {
    let (folder, service) = started();
    let token = service.admin().await;
    let (universe, element) = place(&service, &token).await;
    let bytes = png(900, 600);
    let (status, made) = upload(&service, &token, &element, "../Quay at night.exe", bytes.clone()).await;
    assert_eq!((status, made["kind"].as_str()), (201, Some("image")), "{made}");
    let media = &made["image"];
    assert_eq!((&media["file_name"], &media["media_type"]), (&json!("Quay at night.png"), &json!("image/png")));
    assert_eq!(
        (&media["width"], &media["height"], &media["size_bytes"]),
        (&json!(900), &json!(600), &json!(bytes.len()))
    );

    let path = format!("/media/{}", made["id"].as_str().unwrap());
    assert_eq!(service.get(&path).await.status(), 404, "a private file is shown to strangers");
    let answer = service.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let etag = answer.headers()["etag"].clone();
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    let request = service.request(Method::GET, &path).bearer_auth(&token);
    assert_eq!(request.header("if-none-match", etag).send().await.unwrap().status(), 304);
    let request = service.request(Method::GET, &path).bearer_auth(&token).header("range", "bytes=8-11");
    let part = request.send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.headers()["content-length"].to_str().unwrap()), (206, "4"));
    assert_eq!(part.bytes().await.unwrap(), bytes[8..12]);
    let request = service.request(Method::GET, &path).bearer_auth(&token).header("range", "bytes=99999999-");
    assert_eq!(request.send().await.unwrap().status(), 416);

    let small = service.request(Method::GET, &format!("{path}/thumbnail")).bearer_auth(&token).send().await.unwrap();
    let small = image::load_from_memory(&small.bytes().await.unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (480, 320));
    let shown = service.read(&token, &format!("/api/elements/{element}")).await;
    assert_eq!(shown["cover_id"], made["id"]);

    assert_eq!(files(&folder.path().join("media")), 2);
    service.send(&token, Method::DELETE, &format!("/api/universes/{universe}"), &Value::Null).await;
    assert_eq!(files(&folder.path().join("media")), 0, "files outlive their universe");
}

#[tokio::test]
async fn each_kind_of_file_becomes_its_kind_of_component() {
    let (folder, service) = started();
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    let large = [&b"\0\0\0\x18ftypisom"[..], &vec![7; 12 << 20]].concat();
    for (name, bytes, kind) in [
        ("wave.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0".to_vec(), "audio"),
        ("film.mp4", large, "video"),
        ("buoy.glb", glb(), "model_3d"),
    ] {
        let (status, made) = upload(&service, &token, &element, name, bytes.clone()).await;
        assert_eq!((status, made["kind"].as_str()), (201, Some(kind)), "{made}");
        assert_eq!(made[kind]["file_name"], json!(name));
        let path = format!("/media/{}", made["id"].as_str().unwrap());
        let answer = service.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
        assert_eq!(answer.bytes().await.unwrap(), bytes, "{kind}");
        let answer = service.request(Method::GET, &format!("{path}/thumbnail")).bearer_auth(&token);
        assert_eq!(answer.send().await.unwrap().status(), 404);
        let (status, _) = service
            .send(&token, Method::DELETE, &format!("/api/components/{}", made["id"].as_str().unwrap()), &Value::Null)
            .await;
        assert_eq!(status, 204);
    }
    assert_eq!(files(&folder.path().join("media")), 0);
}

#[tokio::test]
async fn a_picture_is_made_from_words() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    let path = format!("/api/elements/{element}/generate-image");
    let body = json!({"prompt": "A lighthouse at night", "width": 192, "height": 128});
    let first = service.create(&token, &path, body.clone()).await;
    assert_eq!((&first["image"]["provider"], &first["image"]["width"]), (&json!("procedural"), &json!(192)));
    assert_eq!(first["image"]["prompt"], "A lighthouse at night");
    let again = service.create(&token, &path, body).await;
    assert_eq!(first["image"]["sha256"], again["image"]["sha256"]);
    let other = service.create(&token, &path, json!({"prompt": "A desert", "width": 192, "height": 128})).await;
    assert_ne!(first["image"]["sha256"], other["image"]["sha256"]);
    for refused in
        [json!({}), json!({"prompt": ""}), json!({"prompt": "x", "width": 5}), json!({"prompt": "x", "height": "a"})]
    {
        assert_eq!(service.send(&token, Method::POST, &path, &refused).await.0, 422, "{refused}");
    }
}

/// A provider on a free port that answers as `answer` says, after one failure.
async fn provider(answer: Value) -> String {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let handler = move |headers: axum::http::HeaderMap, axum::Json(wish): axum::Json<Value>| async move {
        if asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            return Err(axum::http::StatusCode::SERVICE_UNAVAILABLE);
        }
        if headers.get("authorization").is_none_or(|key| key != "Bearer the-key") || wish["prompt"] != "A quay" {
            return Err(axum::http::StatusCode::BAD_REQUEST);
        }
        Ok(axum::Json(answer))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().route("/make", post(handler))).await });
    format!("http://{address}/make")
}

#[tokio::test]
async fn a_provider_is_asked_again_after_a_failure_and_its_answer_is_examined() {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(png(64, 64));
    let good = provider(json!({"data": [{"b64_json": encoded}]})).await;
    let bad = provider(json!({"data": [{"b64_json": "PGh0bWw+"}]})).await;
    for (url, key, prompt, expected) in [
        (good.as_str(), "the-key", "A quay", 201),
        (bad.as_str(), "the-key", "A quay", 502),
        (good.as_str(), "the-key", "Something else", 422),
        ("http://127.0.0.1:1/none", "the-key", "A quay", 502),
    ] {
        let (folder, service) = started_with(&[("IMAGE_PROVIDER_URL", url), ("IMAGE_PROVIDER_API_KEY", key)]);
        let token = service.admin().await;
        let (_, element) = place(&service, &token).await;
        let path = format!("/api/elements/{element}/generate-image");
        let (status, made) = service.send(&token, Method::POST, &path, &json!({"prompt": prompt})).await;
        assert_eq!(status, expected, "{made}");
        assert_eq!(files(&folder.path().join("media")), if expected == 201 { 2 } else { 0 });
        assert!(!serde_json::to_string(&service.log()).unwrap().contains("the-key"));
    }
}
