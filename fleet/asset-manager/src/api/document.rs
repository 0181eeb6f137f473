//! `/openapi.json` and `/docs`: the API described as OpenAPI 3.1. The description stands beside the routes rather than on them,
//! because bodies are read field by field; a test asks the running service for every operation that it names.

use axum::Router;
use serde_json::{Map, Value, json};
use utoipa_swagger_ui::SwaggerUi;

use super::schemas;
use crate::state::Shared;

/// Both routes.
pub(super) fn routes() -> Router<Shared> {
    SwaggerUi::new("/docs").external_url_unchecked("/openapi.json", document()).into()
}

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    Anybody,
    SignedIn,
}

use Asker::{Anybody, SignedIn};

struct Operation {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    asker: Asker,
    /// A schema's name; of an upload `Upload`, sent as a form.
    body: Option<&'static str>,
    /// The status when all is well, and the schema's name.
    answer: (&'static str, Option<&'static str>),
    query: &'static [&'static str],
}

const fn operation(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    asker: Asker,
    body: Option<&'static str>,
    answer: (&'static str, Option<&'static str>),
) -> Operation {
    Operation { method, path, id, summary, asker, body, answer, query: &[] }
}

const fn list(path: &'static str, id: &'static str, summary: &'static str, schema: &'static str) -> Operation {
    let answer = ("200", Some(schema));
    Operation { query: &["limit", "after"], ..operation("get", path, id, summary, Anybody, None, answer) }
}

const UNIVERSE: &str = "/api/universes/{id}";
const ELEMENT: &str = "/api/elements/{id}";
const COMPONENT: &str = "/api/components/{id}";

const OPERATIONS: [Operation; 26] = [
    operation(
        "post",
        "/api/auth/register",
        "register",
        "Make an account",
        Anybody,
        Some("Registration"),
        ("201", Some("User")),
    ),
    operation("post", "/api/auth/login", "login", "Sign in", Anybody, Some("Credentials"), ("200", Some("Token"))),
    operation("get", "/api/auth/me", "me", "Who one is", SignedIn, None, ("200", Some("User"))),
    list("/api/universes", "listUniverses", "Universes one may see, newest first", "Universes"),
    operation(
        "post",
        "/api/universes",
        "createUniverse",
        "Create a universe",
        SignedIn,
        Some("NewUniverse"),
        ("201", Some("Universe")),
    ),
    operation("get", UNIVERSE, "readUniverse", "Read a universe", Anybody, None, ("200", Some("Universe"))),
    operation(
        "patch",
        UNIVERSE,
        "changeUniverse",
        "Change a universe",
        SignedIn,
        Some("UniverseChange"),
        ("200", Some("Universe")),
    ),
    operation("delete", UNIVERSE, "deleteUniverse", "Delete a universe with all in it", SignedIn, None, ("204", None)),
    Operation {
        query: &["limit", "after", "kind"],
        ..list("/api/universes/{id}/elements", "listElements", "Elements of a universe, newest first", "Elements")
    },
    operation(
        "post",
        "/api/universes/{id}/elements",
        "createElement",
        "Create an element",
        SignedIn,
        Some("NewElement"),
        ("201", Some("Element")),
    ),
    operation("get", ELEMENT, "readElement", "Read an element", Anybody, None, ("200", Some("Element"))),
    operation(
        "patch",
        ELEMENT,
        "changeElement",
        "Change an element",
        SignedIn,
        Some("ElementChange"),
        ("200", Some("Element")),
    ),
    operation(
        "delete",
        ELEMENT,
        "deleteElement",
        "Delete an element with its components",
        SignedIn,
        None,
        ("204", None),
    ),
    list("/api/elements/{id}/components", "listComponents", "Components of an element, oldest first", "Components"),
    operation(
        "post",
        "/api/elements/{id}/components",
        "attachComponent",
        "Attach a text, attributes or a relationship",
        SignedIn,
        Some("NewComponent"),
        ("201", Some("Component")),
    ),
    operation(
        "post",
        "/api/elements/{id}/media",
        "uploadMedia",
        "Attach a file",
        SignedIn,
        Some("Upload"),
        ("201", Some("Component")),
    ),
    operation(
        "post",
        "/api/elements/{id}/generate-image",
        "generateImage",
        "Attach a picture made from words",
        SignedIn,
        Some("Wish"),
        ("201", Some("Component")),
    ),
    operation(
        "get",
        "/api/elements/{id}/incoming",
        "listIncoming",
        "Relationships that lead to an element",
        Anybody,
        None,
        ("200", Some("IncomingList")),
    ),
    operation("get", COMPONENT, "readComponent", "Read a component", Anybody, None, ("200", Some("Component"))),
    operation(
        "patch",
        COMPONENT,
        "changeComponent",
        "Change a component",
        SignedIn,
        Some("ComponentChange"),
        ("200", Some("Component")),
    ),
    operation("delete", COMPONENT, "removeComponent", "Remove a component and its file", SignedIn, None, ("204", None)),
    Operation {
        query: &["q", "universe", "limit"],
        ..operation(
            "get",
            "/api/search",
            "search",
            "Search what one may see",
            Anybody,
            None,
            ("200", Some("FoundList")),
        )
    },
    operation(
        "get",
        "/media/{id}",
        "readFile",
        "A component's file; ranges are served",
        Anybody,
        None,
        ("200", Some("Bytes")),
    ),
    operation(
        "get",
        "/media/{id}/thumbnail",
        "readThumbnail",
        "A picture, small",
        Anybody,
        None,
        ("200", Some("Bytes")),
    ),
    operation("get", "/health", "health", "Whether all works", Anybody, None, ("200", Some("Health"))),
    operation("get", "/health/live", "alive", "Whether the process answers", Anybody, None, ("200", Some("Health"))),
];

/// The whole document.
fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in &OPERATIONS {
        paths.entry(operation.path).or_insert_with(|| json!({}))[operation.method] = described(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Asset manager",
            "description": "Story universes, their elements and what is attached to them. Failures are RFC 9457 problems.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": schemas::all(),
        },
    })
}

fn described(operation: &Operation) -> Value {
    let (status, schema) = operation.answer;
    let mut good = json!({"description": "Done"});
    match schema {
        Some("Bytes") => good["content"] = json!({"*/*": {}}),
        Some(schema) => good["content"] = content("application/json", schema),
        None => {}
    }
    let problem = json!({"description": "A problem", "content": content("application/problem+json", "Problem")});
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": {(status): good, "4XX": problem, "5XX": problem},
    });
    if let Some(body) = operation.body {
        let media_type = if body == "Upload" { "multipart/form-data" } else { "application/json" };
        described["requestBody"] = json!({"required": true, "content": content(media_type, body)});
    }
    described["security"] = match operation.asker {
        SignedIn => json!([{"token": []}]),
        Anybody => json!([{}, {"token": []}]),
    };
    described
}

fn content(media_type: &str, schema: &str) -> Value {
    json!({(media_type): {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let path = operation
        .path
        .contains("{id}")
        .then(|| json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}));
    let query = operation.query.iter().map(|name| {
        let schema = match *name {
            "limit" => json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
            "kind" => json!({"enum": crate::story::ELEMENT_KINDS}),
            "q" => json!({"type": "string", "minLength": 1, "maxLength": 200}),
            _ => json!({"type": "string", "format": "uuid"}),
        };
        json!({"name": name, "in": "query", "required": *name == "q", "schema": schema})
    });
    let is_change = matches!(operation.method, "patch" | "delete");
    let condition = is_change.then(|| {
        let told = "The `ETag` that reading gave; 412 if it was changed meanwhile";
        json!({"name": "If-Match", "in": "header", "required": false, "description": told, "schema": {"type": "string"}})
    });
    path.into_iter().chain(query).chain(condition).collect()
}
