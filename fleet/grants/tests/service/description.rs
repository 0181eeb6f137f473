//! The API's description: kept as recorded, and true of the running service.

use reqwest::Method;
use serde_json::Value;

use crate::running::started;

#[tokio::test]
async fn the_description_is_as_recorded_and_names_only_what_is_there() {
    let (_place, service) = started();
    let document: Value = service.get("/openapi.json").await.json().await.unwrap();
    let shown = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    let recorded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("RECORD_OPENAPI").is_some() {
        std::fs::write(&recorded, &shown).unwrap();
    }
    let known = std::fs::read_to_string(&recorded).unwrap();
    assert!(shown == known, "openapi.json has changed; RECORD_OPENAPI=1 records it anew, then review it");
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let asked = path.replace("{id}", "01890000-0000-7000-8000-000000000000").replace("{number}", "1");
            let method: Method = method.to_ascii_uppercase().parse().unwrap();
            let answer = service.request(method.clone(), &asked).send().await.unwrap();
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap_or_default();
            assert!(status != 405 && status < 500, "{method} {path}: {status}");
            assert!(status != 404 || body["detail"] != "there is no such path", "{method} {path}: {body}");
        }
    }
    assert!(service.get("/docs/").await.text().await.unwrap().contains("swagger-ui"));
}
