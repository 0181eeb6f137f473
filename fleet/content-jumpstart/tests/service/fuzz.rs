//! Every operation that the description names, asked with bodies that follow it, nearly follow it, or do not at all: never a 5xx.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::running::started_with;

const ROUNDS: usize = 12;

/// Texts that break careless programs.
const TEXTS: [&str; 12] = [
    "",
    " ",
    "x",
    "\u{0}",
    "'; DROP TABLE users;--",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "../../etc/passwd",
    "Żółć 🎬 \u{202e}",
    "2026-02-30",
    "-1",
    "null",
];

fn odd(random: &mut StdRng) -> Value {
    match random.random_range(0..9) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1e308),
        4 => json!(i64::MAX),
        5 => json!([[[[]]]]),
        6 => json!({"a": {"b": []}}),
        7 => json!("y".repeat(9000)),
        _ => json!(TEXTS[random.random_range(0..TEXTS.len())]),
    }
}

/// A value of the schema, and now and then none.
fn value(document: &Value, schema: &Value, ids: &[String], random: &mut StdRng) -> Value {
    if random.random_bool(0.12) {
        return odd(random);
    }
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return value(document, &document["components"]["schemas"][name], ids, random);
    }
    if let Some(choices) = schema["enum"].as_array() {
        return choices[random.random_range(0..choices.len())].clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut members = Map::new();
            for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                if random.random_bool(if required.contains(&name.as_str()) { 0.95 } else { 0.5 }) {
                    members.insert(name.clone(), value(document, schema, ids, random));
                }
            }
            Value::Object(members)
        }
        Some("array") => {
            (0..random.random_range(0..4)).map(|_| value(document, &schema["items"], ids, random)).collect()
        }
        Some("integer") => json!(random.random_range(0..10)),
        Some("string") if schema["format"] == "uuid" => json!(ids[random.random_range(0..ids.len())]),
        Some("string") if schema["format"] == "email" => json!(format!("u{}@a.example", random.random_range(0..5))),
        _ if random.random_bool(0.3) => json!(TEXTS[random.random_range(0..TEXTS.len())]),
        _ => json!("z".repeat(random.random_range(1..40))),
    }
}

#[tokio::test]
async fn no_operation_ever_fails_on_our_side() {
    let (_folder, service) = started_with(&[("USER_REQUESTS_PER_MINUTE", "100000")]);
    let token = service.operator().await;
    let document: Value = service.get("/openapi.json").await.json().await.unwrap();
    let mut ids = vec!["01890000-0000-7000-8000-000000000000".to_owned(), "not-an-id".to_owned(), "%ff".to_owned()];
    let (client, project) = service.ready_project(&token).await;
    let posts = service.written_project(&token).await;
    let posts = service.read(&token, &format!("/api/projects/{posts}/posts")).await;
    ids.extend([client, project, posts["items"][0]["id"].as_str().unwrap().to_owned()]);
    ids.push(posts["items"][0]["project_id"].as_str().unwrap().to_owned());
    ids.push(posts["items"][0]["run_id"].as_str().unwrap().to_owned());
    let mut random = StdRng::seed_from_u64(20_261_122);
    let mut seen = std::collections::BTreeMap::<u16, usize>::new();
    for _ in 0..ROUNDS {
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let asked = path.replace("{id}", &ids[random.random_range(0..ids.len())]);
                let asked = if random.random_bool(0.2) { format!("{asked}?limit=0&after=x&%ff=1") } else { asked };
                let name: Method = method.to_ascii_uppercase().parse().unwrap();
                let mut request = service.request(name, &asked);
                if random.random_bool(0.9) {
                    request = request.bearer_auth(&token);
                }
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let body = value(&document, schema, &ids, &mut random);
                if operation.get("requestBody").is_some() {
                    request = request.json(&body);
                }
                let answer = request.send().await.unwrap();
                let status = answer.status().as_u16();
                *seen.entry(status).or_default() += 1;
                if status >= 500 {
                    panic!("{method} {asked} {body}: {status} {}", answer.text().await.unwrap());
                }
                if let Ok(id) = answer.json::<Value>().await.map(|body| body["id"].clone())
                    && let Some(id) = id.as_str()
                {
                    ids.push(id.to_owned());
                }
            }
        }
    }
    assert!(seen.keys().any(|status| *status < 300) && seen.contains_key(&422), "it only knocked: {seen:?}");
    assert_eq!(service.get("/health").await.status(), 200);
}
