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

/// Method, path, id, summary, what is sent (a schema's name; `Upload` is sent as a form), status, what comes back.
type Operation =
    (&'static str, &'static str, &'static str, &'static str, Option<&'static str>, &'static str, Option<&'static str>);

/// Those that need no token.
const OPEN: [&str; 8] =
    ["register", "login", "refresh", "logout", "health", "healthReady", "healthLive", "healthDatabase"];
/// Lists in parts.
const PAGED: [&str; 2] = ["listClients", "listProjects"];
/// Changes that may name the version they expect.
const VERSIONED: [&str; 2] = ["changeProject", "changePost"];

const OPERATIONS: [Operation; 36] = [
    ("post", "/api/auth/register", "register", "Make an account", Some("Registration"), "201", Some("User")),
    ("post", "/api/auth/login", "login", "Sign in", Some("Credentials"), "200", Some("Tokens")),
    ("post", "/api/auth/refresh", "refresh", "Stay signed in", Some("Refresh"), "200", Some("Tokens")),
    ("post", "/api/auth/logout", "logout", "Sign out", Some("Refresh"), "204", None),
    ("get", "/api/auth/me", "me", "Who one is", None, "200", Some("User")),
    ("get", "/api/clients", "listClients", "Clients, newest first", None, "200", Some("Clients")),
    ("post", "/api/clients", "createClient", "Create a client", Some("NewClient"), "201", Some("Client")),
    ("get", "/api/clients/{id}", "readClient", "Read a client", None, "200", Some("Client")),
    ("patch", "/api/clients/{id}", "changeClient", "Change a client", Some("ClientChange"), "200", Some("Client")),
    ("delete", "/api/clients/{id}", "deleteClient", "Delete a client with its projects", None, "204", None),
    ("get", "/api/clients/{id}/briefs", "listBriefs", "Briefs of a client, newest first", None, "200", Some("Briefs")),
    ("post", "/api/clients/{id}/briefs", "createBrief", "Write a brief", Some("NewBrief"), "201", Some("Brief")),
    ("post", "/api/clients/{id}/briefs/upload", "uploadBrief", "Upload a brief", Some("Upload"), "201", Some("Brief")),
    ("get", "/api/briefs/{id}", "readBrief", "Read a brief", None, "200", Some("Brief")),
    ("get", "/api/projects", "listProjects", "Projects, newest first", None, "200", Some("Projects")),
    ("post", "/api/projects", "createProject", "Begin a project", Some("NewProject"), "201", Some("Project")),
    ("get", "/api/projects/{id}", "readProject", "Read a project", None, "200", Some("Project")),
    ("patch", "/api/projects/{id}", "changeProject", "Keep a step", Some("ProjectChange"), "200", Some("Project")),
    ("delete", "/api/projects/{id}", "deleteProject", "Delete a project with its posts", None, "204", None),
    ("get", "/api/generator/templates", "listTemplates", "Templates and platforms", None, "200", Some("Templates")),
    (
        "post",
        "/api/generator/generate-all",
        "generateAll",
        "Write all thirty posts",
        Some("Generation"),
        "202",
        Some("Run"),
    ),
    (
        "post",
        "/api/generator/regenerate",
        "regenerate",
        "Write one post anew",
        Some("Regeneration"),
        "200",
        Some("Post"),
    ),
    ("get", "/api/generator/runs/{id}", "readRun", "How far a run is", None, "200", Some("Run")),
    ("post", "/api/generator/runs/{id}/cancel", "cancelRun", "Stop a run", None, "200", Some("Run")),
    (
        "get",
        "/api/generator/runs/{id}/events",
        "followRun",
        "Events of a run, as they come",
        None,
        "200",
        Some("Events"),
    ),
    ("get", "/api/projects/{id}/posts", "listPosts", "Posts of a project, in order", None, "200", Some("Posts")),
    (
        "post",
        "/api/projects/{id}/approve",
        "approveClean",
        "Approve posts without a flag",
        None,
        "200",
        Some("Approved"),
    ),
    ("get", "/api/posts/{id}", "readPost", "Read a post", None, "200", Some("Post")),
    ("patch", "/api/posts/{id}", "changePost", "Change or review a post", Some("PostChange"), "200", Some("Post")),
    (
        "get",
        "/api/projects/{id}/deliverables",
        "listDeliverables",
        "What was delivered",
        None,
        "200",
        Some("Deliverables"),
    ),
    ("post", "/api/projects/{id}/deliverables", "deliver", "Deliver", Some("Delivery"), "201", Some("Deliverable")),
    ("get", "/api/deliverables/{id}/file", "readFile", "The delivered file", None, "200", Some("Bytes")),
    ("get", "/api/dashboard", "dashboard", "Figures", None, "200", Some("Figures")),
    (
        "get",
        "/api/health/db",
        "healthDatabase",
        "Whether the database is connected",
        None,
        "200",
        Some("DatabaseHealth"),
    ),
    ("get", "/health", "health", "Whether all works", None, "200", Some("Health")),
    ("get", "/health/live", "healthLive", "Whether the process answers", None, "200", Some("Health")),
];

/// The whole document.
fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in &OPERATIONS {
        paths.entry(operation.1).or_insert_with(|| json!({}))[operation.0] = described(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Content Jumpstart",
            "description": "Clients, briefs, and thirty posts from each brief, checked, reviewed and delivered. Failures are RFC 9457 problems.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": schemas::all(),
        },
    })
}

fn described(&(_, path, id, summary, body, status, answer): &Operation) -> Value {
    let mut good = json!({"description": "Done"});
    match answer {
        Some("Bytes") => good["content"] = json!({"*/*": {}}),
        Some("Events") => good["content"] = json!({"text/event-stream": {"schema": {"type": "string"}}}),
        Some(schema) => good["content"] = content("application/json", schema),
        None => {}
    }
    let problem = json!({"description": "A problem", "content": content("application/problem+json", "Problem")});
    let mut described = json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters(path, id),
        "responses": {(status): good, "4XX": problem, "5XX": problem},
        "security": if OPEN.contains(&id) { json!([]) } else { json!([{"token": []}]) },
    });
    if let Some(body) = body {
        let media_type = if body == "Upload" { "multipart/form-data" } else { "application/json" };
        described["requestBody"] = json!({"required": true, "content": content(media_type, body)});
    }
    described
}

fn content(media_type: &str, schema: &str) -> Value {
    json!({(media_type): {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
}

fn parameters(path: &str, id: &str) -> Vec<Value> {
    let uuid = json!({"type": "string", "format": "uuid"});
    let mut all = Vec::new();
    if path.contains("{id}") {
        all.push(json!({"name": "id", "in": "path", "required": true, "schema": uuid}));
    }
    if PAGED.contains(&id) {
        let limit = json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20});
        all.push(json!({"name": "limit", "in": "query", "schema": limit}));
        all.push(json!({"name": "after", "in": "query", "schema": uuid}));
    }
    if VERSIONED.contains(&id) {
        let told = "The `version` that reading gave, in quotation marks; 409 if it was changed meanwhile";
        all.push(json!({"name": "If-Match", "in": "header", "description": told, "schema": {"type": "string"}}));
    }
    all
}
