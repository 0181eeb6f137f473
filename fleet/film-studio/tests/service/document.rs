//! The API's description: kept as recorded, true of the running service, and safe to fuzz by.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{started, with_film};

#[tokio::test]
async fn the_description_is_as_recorded_and_names_only_what_is_there() {
    let (_folder, service) = started();
    let document: Value = service.get("/openapi.json").await.json().await.unwrap();
    let shown = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    let recorded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("RECORD_OPENAPI").is_some() {
        std::fs::write(&recorded, &shown).unwrap();
    }
    let known = std::fs::read_to_string(&recorded).unwrap();
    assert!(shown == known, "openapi.json has changed; RECORD_OPENAPI=1 records it anew, then review it");
    assert!(service.text("/docs/").await.contains("swagger-ui"));

    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let asked = filled(path, "01890000-0000-7000-8000-000000000000");
            let method: Method = method.to_ascii_uppercase().parse().unwrap();
            let answer = service.request(method.clone(), &asked).send().await.unwrap();
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap();
            assert!(status != 405 && status < 500, "{method} {path}: {status}");
            assert!(status != 404 || body["detail"] != "there is no such path", "{method} {path}: {body}");
        }
    }
}

fn filled(path: &str, id: &str) -> String {
    let path = path.replace("{id}", id).replace("{number}", "1");
    path.replace("{user_id}", id).replace("{line_id}", id)
}

/// Values that fit no schema, or fit it at its edge.
fn strange(at: usize) -> Value {
    let all = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(u64::MAX),
        json!(0.5),
        json!(""),
        json!(" "),
        json!("a\u{0}b"),
        json!("'; DROP TABLE users; --"),
        json!("\u{202e}🎬\u{fffd}"),
        json!("x".repeat(3000)),
        json!([]),
        json!([[[1]]]),
        json!({}),
        json!({"a": {"b": null}}),
        json!("2026-02-30"),
        json!("9999-12-31"),
        json!("07:60"),
        json!("CU"),
        json!("prop"),
        json!("1100"),
        json!("owner"),
        json!(i64::MIN),
    ];
    all[at % all.len()].clone()
}

/// Every operation with bodies, ids and queries of all kinds, by somebody who owns a film and by an operator: nothing fails on our side.
#[tokio::test]
async fn nothing_that_fits_the_description_or_does_not_fails_on_our_side() {
    let (_folder, service) = started();
    let (token, film, scenes) = with_film(&service).await;
    let shot = service.create(&token, &format!("/api/scenes/{}/shots", scenes[0]), json!({"size": "CU"})).await;
    let operator = service.operator().await;
    let document: Value = service.get("/openapi.json").await.json().await.unwrap();
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let is_whole_film = path == "/api/projects/{id}";
        for (method, operation) in operations.as_object().unwrap() {
            // The film and the shot are needed to the end.
            if method == "delete" && (is_whole_film || path == "/api/shots/{id}") {
                continue;
            }
            let id = match path {
                path if path.starts_with("/api/scenes") => &scenes[0],
                path if path.starts_with("/api/shots") => shot["id"].as_str().unwrap(),
                _ => &film,
            };
            let token = if path.starts_with("/api/operator") { &operator } else { &token };
            let schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
            let schema =
                schema.and_then(|name| name.rsplit('/').next()).map(|name| &document["components"]["schemas"][name]);
            for round in 0..12 {
                let mut address = match round % 6 {
                    5 => filled(path, "%00%ff..%2f"),
                    4 => filled(path, "01890000-0000-7000-8000-000000000000"),
                    _ => filled(path, id),
                };
                if round % 3 == 1 {
                    address += "?limit=0&after=%27&day=%00&kind=prop&name=x&x=y";
                }
                let mut request =
                    service.request(method.to_ascii_uppercase().parse().unwrap(), &address).bearer_auth(token);
                if round % 4 == 2 {
                    request = request.header("if-match", "\"99999999999999999999\"");
                }
                if let Some(properties) = schema.and_then(|schema| schema["properties"].as_object()) {
                    let members =
                        properties.keys().enumerate().map(|(at, name)| (name.clone(), strange(round * 7 + at * 5)));
                    request = request.json(&Value::Object(members.collect()));
                } else if method == "put" {
                    request = request.header("content-type", "text/plain").body(strange(round).to_string());
                }
                let answer = request.send().await.unwrap();
                let status = answer.status().as_u16();
                assert!(status < 500, "{method} {address}: {status} {}", answer.text().await.unwrap());
                asked += 1;
            }
        }
    }
    assert!(asked > 400, "only {asked} were asked");
    service.read(&token, &format!("/api/projects/{film}")).await;
}
