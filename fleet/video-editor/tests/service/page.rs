//! The page, its assets, the description of the API, and the headers that protect the browser.

use crate::running::{Ground, Running};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_names_assets_that_are_there_and_kept_for_good() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[("JOB_WORKERS", "0"), ("HSTS", "true")]);
    let page = service.get("/").await;
    assert_eq!(page.headers()["cache-control"], "no-cache");
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(page.headers().contains_key("strict-transport-security"));
    let text = page.text().await.unwrap();
    let assets: Vec<&str> = text.split('"').filter(|word| word.starts_with("/assets/")).collect();
    assert_eq!(assets.len(), 2, "{text}");
    for asset in assets {
        let answer = service.get(asset).await;
        assert_eq!(answer.status(), 200, "{asset}");
        assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    }
    assert_eq!(service.get("/projects/0192b3c4-0000-7000-8000-000000000000").await.status(), 200);
    assert_eq!(service.get("/assets/index-none.js").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_described_operation_is_known() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    let document: serde_json::Value = service.get("/openapi.json").await.json().await.unwrap();
    let token = service.operator().await;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let path = path.replace("{id}", "0192b3c4-0000-7000-8000-000000000000");
            let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = service.request(method.clone(), &path).bearer_auth(&token).send().await.unwrap();
            let status = answer.status();
            let body = answer.text().await.unwrap();
            assert!(status != 405 && !status.is_server_error(), "{method} {path}: {status} {body}");
            assert!(!(status == 404 && body.contains("no such path")), "{method} {path} is not routed");
        }
    }
}
