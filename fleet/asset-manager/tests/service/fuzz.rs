//! Every operation of the description, called with what its schemas allow and with what they do not: never a 5xx.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::running::{Running, started};

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    fn text(&mut self) -> String {
        let kinds = [
            "",
            "x",
            "two words",
            "\u{0160}kuner",
            "\u{1f3ac}\u{202e}",
            "a\u{0}b",
            "' OR 1=1 --",
            "100%_\\",
            "\"quoted\" AND (x | y) & !z:*",
            "{{7*7}}",
            "../../etc/passwd",
            "two\nlines",
            "-1",
            "1e999",
            "null",
            "%ff",
            "9223372036854775808",
            "2026-13-45T25:61:00Z",
            "01890000-0000-7000-8000-000000000000",
            "x@y.example",
        ];
        match self.roll(12) {
            0 => "w".repeat(self.roll(5000)),
            _ => kinds[self.roll(kinds.len())].to_owned(),
        }
    }

    /// Anything at all.
    fn junk(&mut self, depth: usize) -> Value {
        match self.roll(if depth > 2 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => json!(self.roll(2) == 0),
            2 => json!([0, -1, i64::MAX, i64::MIN, 1_000_000_000_001][self.roll(5)]),
            3 => json!([0.5, -0.0, 1e300][self.roll(3)]),
            4 => json!(self.text()),
            5 => (0..self.roll(4)).map(|_| self.junk(depth + 1)).collect(),
            _ => Value::Object((0..self.roll(4)).map(|_| (self.text(), self.junk(depth + 1))).collect()),
        }
    }

    /// Something that the schema allows, most of the time.
    fn of(&mut self, schema: &Value, document: &Value, known: &[String]) -> Value {
        if self.roll(14) == 0 {
            return self.junk(0);
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            return self.of(&document["components"]["schemas"][name], document, known);
        }
        // An optional value stands beside `null`.
        if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["allOf"].as_array()) {
            let choice = &choices[self.roll(choices.len())];
            return self.of(choice, document, known);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices[self.roll(choices.len())].clone();
        }
        match schema["type"].as_str().or_else(|| schema["type"][0].as_str()) {
            Some("object") => self.object(schema, document, known),
            Some("array") => (0..self.roll(3)).map(|_| self.of(&schema["items"], document, known)).collect(),
            Some("integer") => json!(schema["minimum"].as_i64().unwrap_or(0) + self.roll(500) as i64),
            Some("number") => json!([0.0, 0.5, -1.0, 1e18][self.roll(4)]),
            Some("boolean") => json!(self.roll(2) == 0),
            Some("null") => Value::Null,
            _ if schema["format"] == "uuid" => json!(known[self.roll(known.len())]),
            _ => json!(self.text()),
        }
    }

    fn object(&mut self, schema: &Value, document: &Value, known: &[String]) -> Value {
        let empty = Map::new();
        let members = schema["properties"].as_object().unwrap_or(&empty);
        let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let mut made = Map::new();
        for (name, inner) in members {
            let wanted = if required(name) { 14 } else { 2 };
            if self.roll(wanted) != 0 {
                made.insert(name.clone(), self.of(inner, document, known));
            }
        }
        Value::Object(made)
    }
}

/// Things that are there, so that calls come further than "there is no such thing".
async fn ground(service: &Running, token: &str) -> Vec<String> {
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let universe = id(&service.create(token, "/api/universes", json!({"name": "U", "visibility": "public"})).await);
    let elements = format!("/api/universes/{universe}/elements");
    let mut known = vec![universe.clone()];
    for (kind, name) in [("place", "Quay"), ("character", "Keeper")] {
        let element = id(&service.create(token, &elements, json!({"kind": kind, "name": name})).await);
        let body = json!({"kind": "text", "title": "T", "text": "words"});
        known.push(id(&service.create(token, &format!("/api/elements/{element}/components"), body).await));
        known.push(element);
    }
    known
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn no_call_of_any_operation_fails_on_our_side() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let known = ground(&service, &token).await;
    let document: Value = service.get("/openapi.json").await.json().await.unwrap();
    let mut dice = Dice(20_261_122);
    let (mut calls, mut accepted) = (0, 0);
    for _round in 0..12 {
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let mut url = path.clone();
                while let (Some(open), Some(close)) = (url.find('{'), url.find('}')) {
                    let id = if dice.roll(5) == 0 { dice.text() } else { known[dice.roll(known.len())].clone() };
                    url.replace_range(open..=close, &escaped(&id));
                }
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    if parameter["in"] == "query" && dice.roll(2) == 0 {
                        let value = dice.of(&parameter["schema"], &document, &known);
                        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                        let mark = if url.contains('?') { '&' } else { '?' };
                        url += &format!("{mark}{}={}", parameter["name"].as_str().unwrap(), escaped(&value));
                    }
                }
                let http: Method = method.to_ascii_uppercase().parse().unwrap();
                // What takes things away is called seldom, or nothing would be left to call.
                if http == Method::DELETE && dice.roll(6) != 0 {
                    continue;
                }
                let mut request = service.request(http, &url).bearer_auth(&token);
                if let Some(schema) = operation["requestBody"]["content"]["application/json"].get("schema") {
                    request = request.json(&dice.of(schema, &document, &known));
                }
                let answer = request.send().await.unwrap();
                let status = answer.status().as_u16();
                let body = answer.bytes().await.unwrap();
                assert!(status < 500, "{method} {url}: {status} {}", String::from_utf8_lossy(&body));
                if status >= 400 {
                    let problem: Value = serde_json::from_slice(&body).unwrap();
                    assert!(problem["type"].as_str().unwrap().starts_with("urn:problem:"), "{method} {url}: {problem}");
                }
                calls += 1;
                accepted += usize::from(status < 300);
            }
        }
    }
    assert!(
        accepted * 10 > calls,
        "only {accepted} of {calls} calls came through: the fuzzer is too wild to find anything"
    );
}
