//! The shapes that the API's description names.

use serde_json::{Map, Value, json};

use crate::story::{COMPONENT_KINDS, ELEMENT_KINDS, VISIBILITIES};

/// Every schema by name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    for (name, item) in [("Universes", "Universe"), ("Elements", "Element"), ("Components", "Component")] {
        all.insert(name.to_owned(), object(&["items", "next"], &[("items", array(item)), ("next", nullable_text())]));
    }
    for (name, item) in [("IncomingList", "Incoming"), ("FoundList", "Found")] {
        all.insert(name.to_owned(), object(&["items"], &[("items", array(item))]));
    }
    for (name, schema) in [answers(), requests()].into_iter().flatten() {
        all.insert(name.to_owned(), schema);
    }
    Value::Object(all)
}

fn answers() -> Vec<(&'static str, Value)> {
    let (text, id, count) = (json!({"type": "string"}), id(), json!({"type": "integer", "minimum": 0}));
    let stamps = [("version", count.clone()), ("created_at", time()), ("updated_at", time())];
    let with = |own: &[(&str, Value)]| -> Vec<(String, Value)> {
        let own = own.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        own.chain(stamps.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))).collect()
    };
    let media = object(
        &["file_name", "media_type", "size_bytes", "sha256"],
        &[
            ("file_name", text.clone()),
            ("media_type", text.clone()),
            ("size_bytes", count.clone()),
            ("sha256", text.clone()),
            ("width", count.clone()),
            ("height", count.clone()),
            ("prompt", text.clone()),
            ("provider", text.clone()),
        ],
    );
    let file = json!({"$ref": "#/components/schemas/Media"});
    let universe = with(&[
        ("id", id.clone()),
        ("owner_id", id.clone()),
        ("owner_name", text.clone()),
        ("name", text.clone()),
        ("description", text.clone()),
        ("visibility", json!({"enum": VISIBILITIES})),
        ("element_count", count.clone()),
        ("cover_id", json!({"type": ["string", "null"], "format": "uuid"})),
    ]);
    let element = with(&[
        ("id", id.clone()),
        ("universe_id", id.clone()),
        ("kind", json!({"enum": ELEMENT_KINDS})),
        ("name", text.clone()),
        ("summary", text.clone()),
        ("component_count", count.clone()),
        ("cover_id", json!({"type": ["string", "null"], "format": "uuid"})),
    ]);
    let component = with(&[
        ("id", id.clone()),
        ("element_id", id.clone()),
        ("kind", json!({"enum": COMPONENT_KINDS})),
        ("title", text.clone()),
        ("text", text.clone()),
        ("image", file.clone()),
        ("video", file.clone()),
        ("audio", file.clone()),
        ("model_3d", file),
        ("attributes", attributes()),
        ("relationship", relationship()),
    ]);
    let user = [
        ("id", id.clone()),
        ("email", text.clone()),
        ("name", text.clone()),
        ("role", text.clone()),
        ("created_at", time()),
    ];
    let fault = object(
        &["field", "code", "detail"],
        &[("field", text.clone()), ("code", text.clone()), ("detail", text.clone())],
    );
    vec![
        ("Universe", owned(universe, &[])),
        ("Element", owned(element, &[])),
        ("Component", owned(component, &["text", "image", "video", "audio", "model_3d", "attributes", "relationship"])),
        ("Media", media),
        ("User", object(&["id", "email", "name", "role", "created_at"], &user)),
        (
            "Token",
            object(
                &["access_token", "token_type", "expires_in", "user"],
                &[
                    ("access_token", text.clone()),
                    ("token_type", text.clone()),
                    ("expires_in", count),
                    ("user", json!({"$ref": "#/components/schemas/User"})),
                ],
            ),
        ),
        (
            "Incoming",
            object(
                &["component_id", "element_id", "element_name", "relation"],
                &[
                    ("component_id", id.clone()),
                    ("element_id", id.clone()),
                    ("element_name", text.clone()),
                    ("relation", text.clone()),
                ],
            ),
        ),
        (
            "Found",
            object(
                &["thing", "id", "universe_id", "element_id", "title", "excerpt"],
                &[
                    ("thing", json!({"enum": ["universe", "element", "component"]})),
                    ("id", id.clone()),
                    ("universe_id", id),
                    ("element_id", nullable_text()),
                    ("title", text.clone()),
                    ("excerpt", text.clone()),
                ],
            ),
        ),
        (
            "Health",
            object(
                &["status", "service", "version"],
                &[("status", text.clone()), ("service", text.clone()), ("version", text.clone())],
            ),
        ),
        (
            "Problem",
            object(
                &["type", "title", "status", "detail"],
                &[
                    ("type", text.clone()),
                    ("title", text.clone()),
                    ("status", json!({"type": "integer"})),
                    ("detail", text.clone()),
                    ("request_id", text),
                    ("errors", json!({"type": "array", "items": fault})),
                ],
            ),
        ),
    ]
}

fn requests() -> Vec<(&'static str, Value)> {
    let universe =
        [("name", bounded(1, 120)), ("description", bounded(0, 5000)), ("visibility", json!({"enum": VISIBILITIES}))];
    let element = [("kind", json!({"enum": ELEMENT_KINDS})), ("name", bounded(1, 120)), ("summary", bounded(0, 2000))];
    let content = [
        ("title", bounded(1, 120)),
        ("text", bounded(1, 20_000)),
        ("attributes", attributes()),
        ("relationship", relationship()),
    ];
    let kind = ("kind", json!({"enum": ["text", "attributes", "relationship"]}));
    let new_component: Vec<_> = std::iter::once(kind).chain(content.iter().cloned()).collect();
    let edge = json!({"type": "integer", "minimum": 64, "maximum": 1536});
    let email = json!({"type": "string", "format": "email", "minLength": 3, "maxLength": 254});
    vec![
        (
            "Registration",
            closed(
                &["email", "name", "password"],
                &[("email", email.clone()), ("name", bounded(1, 80)), ("password", bounded(10, 200))],
            ),
        ),
        ("Credentials", closed(&["email", "password"], &[("email", email), ("password", bounded(1, 200))])),
        ("NewUniverse", closed(&["name"], &universe)),
        ("UniverseChange", closed(&[], &universe)),
        ("NewElement", closed(&["kind", "name"], &element)),
        ("ElementChange", closed(&[], &element)),
        ("NewComponent", closed(&["kind", "title"], &new_component)),
        ("ComponentChange", closed(&[], &content)),
        (
            "Upload",
            closed(
                &["file"],
                &[
                    ("title", bounded(1, 120)),
                    ("kind", json!({"enum": ["image", "video", "audio", "model_3d"]})),
                    ("file", json!({"type": "string", "format": "binary"})),
                ],
            ),
        ),
        (
            "Wish",
            closed(
                &["prompt"],
                &[("prompt", bounded(1, 1000)), ("title", bounded(1, 120)), ("width", edge.clone()), ("height", edge)],
            ),
        ),
    ]
}

fn object(required: &[&str], properties: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> =
        properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({"type": "object", "required": required, "properties": properties})
}

/// An object that admits no other members.
fn closed(required: &[&str], properties: &[(&str, Value)]) -> Value {
    let mut schema = object(required, properties);
    schema["additionalProperties"] = json!(false);
    schema
}

/// An object of which all members but `optional` are always there.
fn owned(properties: Vec<(String, Value)>, optional: &[&str]) -> Value {
    let required: Vec<String> =
        properties.iter().map(|(name, _)| name.clone()).filter(|name| !optional.contains(&name.as_str())).collect();
    json!({"type": "object", "required": required, "properties": properties.into_iter().collect::<Map<_, _>>()})
}

fn array(item: &str) -> Value {
    json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{item}")}})
}

fn bounded(least: u32, most: u32) -> Value {
    json!({"type": "string", "minLength": least, "maxLength": most})
}

fn nullable_text() -> Value {
    json!({"type": ["string", "null"]})
}

fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn attributes() -> Value {
    let value = json!({"type": ["string", "number", "boolean"], "maxLength": 1000});
    json!({"type": "object", "minProperties": 1, "maxProperties": 100, "additionalProperties": value})
}

fn relationship() -> Value {
    closed(&["target_id", "relation"], &[("target_id", id()), ("relation", bounded(1, 120))])
}
