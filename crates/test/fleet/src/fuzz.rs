//! Every operation of a service's description, called with what its schemas allow and with what they do not: never a 5xx.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::Service;

/// What a service is called with.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Whoever calls.
    pub token: &'a str,
    /// Ids of things that are there, so that calls come further than "there is no such thing".
    pub known: &'a [String],
    /// Texts that this service means something by.
    pub words: &'a [String],
    /// How often each operation is called.
    pub rounds: usize,
}

/// Calls every operation; fails the test at an answer of 5xx, a failure that is no problem document, or if hardly any call came through.
pub async fn no_call_fails(service: &Service, ground: Ground<'_>) {
    let document = service.read(ground.token, "/openapi.json").await;
    let mut dice = Dice { seed: 20_261_122, document: &document, ground };
    let (mut calls, mut accepted) = (0, 0);
    for _round in 0..ground.rounds {
        for (path, operations) in members(&document["paths"]) {
            // Signing out would end the test's own session.
            for (method, operation) in members(operations).iter().filter(|_| !path.ends_with("/logout")) {
                // What takes things away is called seldom, or nothing would be left to call.
                if method == "delete" && dice.roll(6) != 0 {
                    continue;
                }
                calls += 1;
                accepted += usize::from(dice.call(service, path, method, operation).await);
            }
        }
    }
    assert!(
        accepted * 10 > calls,
        "only {accepted} of {calls} calls came through: the fuzzer is too wild to find anything"
    );
}

fn members(of: &Value) -> &Map<String, Value> {
    of.as_object().unwrap_or_else(|| panic!("no object: {of}"))
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Texts that programs trip over.
const TEXTS: [&str; 22] = [
    "",
    "x",
    "two words",
    "Λέξη",
    "\u{160}kuner",
    "\u{1f3ac}\u{202e}",
    "a\u{0}b",
    "' OR 1=1 --",
    "{{7*7}}",
    "100%_\\",
    "\"quoted\" AND (x | y) & !z:*",
    "../../etc/passwd",
    "two\nlines",
    "-1",
    "1e999",
    "null",
    "%ff",
    "9223372036854775808",
    "2026-13-45T25:61:00Z",
    "2026-11-02",
    "01890000-0000-7000-8000-000000000000",
    "x@y.example",
];

/// Numbers that look random and are the same in each run.
struct Dice<'a> {
    seed: u64,
    document: &'a Value,
    ground: Ground<'a>,
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) as usize % sides.max(1)
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())].clone()
    }

    fn text(&mut self) -> String {
        match self.roll(12) {
            0 => "w".repeat(self.roll(5000)),
            1 if !self.ground.words.is_empty() => self.one_of(self.ground.words),
            _ => self.one_of(&TEXTS).to_owned(),
        }
    }

    /// Anything at all.
    fn junk(&mut self, depth: usize) -> Value {
        match self.roll(if depth > 2 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => json!(self.roll(2) == 0),
            2 => json!(self.one_of(&[0, -1, i64::MAX, i64::MIN, 1_000_000_000_001])),
            3 => json!(self.one_of(&[0.5, -0.0, 1e300])),
            4 => json!(self.text()),
            5 => (0..self.roll(4)).map(|_| self.junk(depth + 1)).collect(),
            _ => Value::Object((0..self.roll(4)).map(|_| (self.text(), self.junk(depth + 1))).collect()),
        }
    }

    /// Something that the schema allows, most of the time.
    fn of(&mut self, schema: &Value) -> Value {
        if self.roll(14) == 0 {
            return self.junk(0);
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            return self.of(&self.document["components"]["schemas"][name]);
        }
        // An optional value stands beside `null`.
        if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["allOf"].as_array()) {
            let choice = self.one_of(choices);
            return self.of(&choice);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.one_of(choices);
        }
        match schema["type"].as_str().or_else(|| schema["type"][0].as_str()) {
            Some("object") => self.object(schema),
            Some("array") => (0..self.roll(3)).map(|_| self.of(&schema["items"])).collect(),
            Some("integer") => json!(schema["minimum"].as_i64().unwrap_or(0) + self.roll(500) as i64),
            Some("number") => json!(self.one_of(&[0.0, 0.5, -1.0, 1e18])),
            Some("boolean") => json!(self.roll(2) == 0),
            Some("null") => Value::Null,
            _ if schema["format"] == "uuid" => json!(self.one_of(self.ground.known)),
            _ => json!(self.text()),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let is_required =
            |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let mut made = Map::new();
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let wanted = if is_required(name) { 14 } else { 2 };
            if self.roll(wanted) != 0 {
                made.insert(name.clone(), self.of(inner));
            }
        }
        Value::Object(made)
    }

    /// A path's parameters and some of the query's.
    fn url(&mut self, path: &str, operation: &Value) -> String {
        let mut url = path.to_owned();
        while let (Some(open), Some(close)) = (url.find('{'), url.find('}')) {
            let id = if self.roll(5) == 0 { self.text() } else { self.one_of(self.ground.known) };
            url.replace_range(open..=close, &escaped(&id));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "query" && self.roll(2) == 0 {
                let value = self.of(&parameter["schema"]);
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let mark = if url.contains('?') { '&' } else { '?' };
                url += &format!("{mark}{}={}", parameter["name"].as_str().unwrap_or_default(), escaped(&value));
            }
        }
        url
    }

    /// One call; gives whether it came through.
    async fn call(&mut self, service: &Service, path: &str, method: &str, operation: &Value) -> bool {
        let url = self.url(path, operation);
        let http: Method = method.to_ascii_uppercase().parse().expect("the description knows HTTP's methods");
        let mut request = service.request(http, &url).bearer_auth(self.ground.token);
        if let Some(schema) = operation["requestBody"]["content"]["application/json"].get("schema") {
            request = request.json(&self.of(schema));
        }
        let answer = request.send().await.expect("it answers");
        let status = answer.status().as_u16();
        let body = answer.bytes().await.expect("it answers to the end");
        assert!(status < 500, "{method} {url}: {status} {}", String::from_utf8_lossy(&body));
        if status >= 400 {
            let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
            let is_one = problem["type"].as_str().is_some_and(|slug| slug.starts_with("urn:problem:"));
            assert!(is_one, "{method} {url}: {}", String::from_utf8_lossy(&body));
        }
        status < 300
    }
}
