//! The shapes that the API's description names.

use serde_json::{Map, Value, json};

use crate::studio::{FORMATS, PLATFORMS, STATUSES, STEPS};

/// Every schema by name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    for (name, item, paged) in [
        ("Clients", "Client", true),
        ("Projects", "Project", true),
        ("Briefs", "Brief", false),
        ("Posts", "Post", false),
        ("Deliverables", "Deliverable", false),
    ] {
        let mut list = object(&[("items", json!({"type": "array", "items": reference(item)}))]);
        if paged {
            list["properties"]["next"] = json!({"type": ["string", "null"]});
        }
        all.insert(name.to_owned(), list);
    }
    for (name, schema) in answers().into_iter().chain(requests()) {
        all.insert(name.to_owned(), schema);
    }
    Value::Object(all)
}

fn answers() -> Vec<(&'static str, Value)> {
    let run_status = json!({"enum": ["running", "done", "failed", "cancelled"]});
    let post_status = json!({"enum": ["pending", "written", "failed", "approved", "rejected"]});
    let flag = object(&[("kind", text()), ("severity", json!({"enum": ["error", "warning"]})), ("detail", text())]);
    let fault = object(&[("field", text()), ("code", text()), ("detail", text())]);
    let version = [("version", count()), ("created_at", time()), ("updated_at", time())];
    let with = |own: &[(&'static str, Value)]| object(&[own, &version].concat());
    let sample = object(&[("label", text()), ("text", text())]);
    vec![
        (
            "User",
            object(&[
                ("id", id()),
                ("email", text()),
                ("name", text()),
                ("role", json!({"enum": ["user", "operator"]})),
                ("created_at", time()),
            ]),
        ),
        (
            "Tokens",
            object(&[
                ("access_token", text()),
                ("token_type", text()),
                ("expires_in", count()),
                ("refresh_token", text()),
                ("user", reference("User")),
            ]),
        ),
        (
            "Client",
            with(&[
                ("id", id()),
                ("owner_id", id()),
                ("name", text()),
                ("industry", text()),
                ("audience", text()),
                ("tone", text()),
                ("website", text()),
                ("voice_samples", array(sample)),
            ]),
        ),
        (
            "Brief",
            object(&[
                ("id", id()),
                ("client_id", id()),
                ("title", text()),
                ("source", json!({"enum": ["form", "upload"]})),
                ("offer", text()),
                ("audience", text()),
                ("pains", array(text())),
                ("benefits", array(text())),
                ("proof", array(text())),
                ("keywords", array(text())),
                ("call_to_action", text()),
                ("created_at", time()),
            ]),
        ),
        (
            "Project",
            with(&[
                ("id", id()),
                ("owner_id", id()),
                ("name", text()),
                ("status", json!({"enum": STATUSES})),
                ("step", count()),
                ("client_id", nullable(id())),
                ("client_name", nullable(text())),
                ("brief_id", nullable(id())),
                ("platforms", array(json!({"enum": PLATFORMS}))),
                ("templates", array(text())),
                ("run_id", nullable(id())),
            ]),
        ),
        (
            "Run",
            object(&[
                ("id", id()),
                ("project_id", id()),
                ("status", run_status),
                ("total", count()),
                ("written", count()),
                ("failed", count()),
                ("fault", nullable(text())),
                ("request_id", text()),
                ("started_at", time()),
                ("ended_at", nullable(time())),
                ("took_ms", count()),
            ]),
        ),
        (
            "Post",
            object(&[
                ("id", id()),
                ("project_id", id()),
                ("run_id", id()),
                ("number", count()),
                ("platform", json!({"enum": PLATFORMS})),
                ("template", text()),
                ("status", post_status),
                ("body", text()),
                ("flags", array(flag)),
                ("score", count()),
                ("attempt", count()),
                ("provider", text()),
                ("tokens", count()),
                ("note", text()),
                ("version", count()),
                ("written_at", nullable(time())),
            ]),
        ),
        (
            "Deliverable",
            object(&[
                ("id", id()),
                ("project_id", id()),
                ("format", json!({"enum": FORMATS})),
                ("file_name", text()),
                ("sha256", text()),
                ("size_bytes", count()),
                ("posts", count()),
                ("letters_lost", count()),
                ("recipient", text()),
                ("delivered_by", text()),
                ("delivered_at", time()),
                ("downloads", count()),
                ("downloaded_at", nullable(time())),
            ]),
        ),
        (
            "Templates",
            object(&[
                ("templates", array(json!({"type": "object"}))),
                ("platforms", array(json!({"type": "object"}))),
                ("posts", count()),
                ("at_once", count()),
            ]),
        ),
        ("Approved", object(&[("approved", count())])),
        (
            "Figures",
            object(&[
                ("clients", count()),
                ("projects", json!({"type": "object"})),
                ("active_projects", count()),
                ("posts_per_hour", count()),
                ("posts_by_hour", array(count())),
                ("failed_posts", count()),
                ("runs", count()),
                ("failed_runs", count()),
                ("failed_runs_percent", json!({"type": ["number", "null"]})),
                ("slowest_run_ms", count()),
                ("mean_score", count()),
                ("scope", text()),
            ]),
        ),
        (
            "DatabaseHealth",
            object(&[
                ("database", text()),
                ("kind", text()),
                ("latency_ms", json!({"type": "number"})),
                ("pool", json!({"type": "object"})),
            ]),
        ),
        ("Health", object(&[("status", text()), ("service", text()), ("version", text())])),
        ("Problem", {
            let mut problem = object(&[("type", text()), ("title", text()), ("status", count()), ("detail", text())]);
            problem["properties"]["request_id"] = text();
            problem["properties"]["errors"] = array(fault);
            problem
        }),
    ]
}

fn requests() -> Vec<(&'static str, Value)> {
    let email = || json!({"type": "string", "format": "email", "minLength": 3, "maxLength": 254});
    let list = |item: Value, most: u32| json!({"type": "array", "items": item, "maxItems": most});
    let sample = json!({"type": "object", "required": ["text"], "additionalProperties": false,
        "properties": {"label": bounded(0, 80), "text": bounded(1, 5000)}});
    let client = [
        ("name", bounded(1, 120)),
        ("industry", bounded(0, 300)),
        ("audience", bounded(0, 300)),
        ("tone", bounded(0, 300)),
        ("website", bounded(0, 300)),
        ("voice_samples", list(sample, 10)),
    ];
    let entries = || list(bounded(1, 300), 20);
    let brief = [
        ("title", bounded(1, 120)),
        ("offer", bounded(1, 300)),
        ("audience", bounded(0, 300)),
        ("pains", entries()),
        ("benefits", entries()),
        ("proof", entries()),
        ("keywords", entries()),
        ("call_to_action", bounded(0, 160)),
    ];
    let project = [
        ("name", bounded(1, 120)),
        ("client_id", id()),
        ("brief_id", id()),
        ("platforms", json!({"type": "array", "items": {"enum": PLATFORMS}, "minItems": 1, "uniqueItems": true})),
        ("templates", json!({"type": "array", "items": text(), "minItems": 1, "maxItems": 15, "uniqueItems": true})),
    ];
    let step = ("step", json!({"type": "integer", "minimum": 1, "maximum": STEPS}));
    let change: Vec<_> = project.iter().cloned().chain([step]).collect();
    let note = || bounded(0, 500);
    vec![
        (
            "Registration",
            closed(
                &["email", "name", "password"],
                &[("email", email()), ("name", bounded(1, 80)), ("password", bounded(10, 200))],
            ),
        ),
        ("Credentials", closed(&["email", "password"], &[("email", email()), ("password", bounded(1, 200))])),
        ("Refresh", closed(&["refresh_token"], &[("refresh_token", bounded(1, 200))])),
        ("NewClient", closed(&["name"], &client)),
        ("ClientChange", closed(&[], &client)),
        ("NewBrief", closed(&["title", "offer"], &brief)),
        ("Upload", closed(&["file"], &[("file", json!({"type": "string", "format": "binary"}))])),
        ("NewProject", closed(&["name"], &project)),
        ("ProjectChange", closed(&[], &change)),
        ("Generation", closed(&["project_id"], &[("project_id", id()), ("client_id", id())])),
        ("Regeneration", closed(&["post_id"], &[("post_id", id()), ("note", note())])),
        (
            "PostChange",
            closed(
                &[],
                &[
                    ("body", bounded(1, 8000)),
                    ("status", json!({"enum": ["approved", "rejected", "written"]})),
                    ("note", note()),
                ],
            ),
        ),
        (
            "Delivery",
            closed(&["format", "recipient"], &[("format", json!({"enum": FORMATS})), ("recipient", bounded(1, 254))]),
        ),
    ]
}

/// An object of which all members are always there.
fn object(properties: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "required": names, "properties": members(properties)})
}

/// An object that admits no other members.
fn closed(required: &[&str], properties: &[(&str, Value)]) -> Value {
    json!({"type": "object", "required": required, "properties": members(properties), "additionalProperties": false})
}

fn members(properties: &[(&str, Value)]) -> Map<String, Value> {
    properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn array(item: Value) -> Value {
    json!({"type": "array", "items": item})
}

fn nullable(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

fn bounded(least: u32, most: u32) -> Value {
    json!({"type": "string", "minLength": least, "maxLength": most})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}
