//! The front end: the build in the folder that `WEB_DIST` names, once one was published there, else the one in the program.
//!
//! Both come from `web/`. The build is checked in (`web/dist`), so that the program is built without npm; a test compares it with the
//! digest of its sources. A deploy publishes it into a folder of its own, where pages that are open keep their files.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{Path as InPath, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use fleet_kit::Problem;

use crate::state::{MISSING_ASSET, Shared};

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/embedded.in"));

/// Where its files come from.
pub struct FrontEnd {
    folder: Option<PathBuf>,
}

impl FrontEnd {
    /// `folder` may be empty as yet.
    pub fn new(folder: Option<PathBuf>) -> FrontEnd {
        FrontEnd { folder }
    }

    /// `published` or `built in`: for health.
    pub fn source(&self) -> &'static str {
        if self.published().is_some() { "published" } else { "built in" }
    }

    /// The folder, if a build was published there.
    fn published(&self) -> Option<&Path> {
        self.folder.as_deref().filter(|folder| folder.join("index.html").is_file())
    }

    /// A file of the build; `name` is `index.html` or `assets/…`.
    async fn read(&self, name: &str) -> Option<Vec<u8>> {
        match self.published() {
            Some(folder) => tokio::fs::read(folder.join(name)).await.ok(),
            None => EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, bytes)| bytes.to_vec()),
        }
    }
}

/// The page, its files, and the script by a name that does not change.
pub fn routes() -> Router<Shared> {
    Router::new().route("/", get(page)).route("/assets/{name}", get(asset))
}

async fn page(State(state): State<Shared>) -> Response {
    match state.front_end.read("index.html").await {
        Some(page) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], page)
            .into_response(),
        None => not_there("index.html"),
    }
}

async fn asset(State(state): State<Shared>, InPath(name): InPath<String>) -> Response {
    // `assets/index.js` is what people and runbooks ask for; the page names the file of its build.
    let (name, caching) = if name == "index.js" {
        (entry(&state).await.unwrap_or(name), "no-cache")
    } else {
        (name, "public, max-age=31536000, immutable")
    };
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) && !name.starts_with('.');
    let Some(kind) = media_type(&name).filter(|_| is_plain) else { return not_there(&name) };
    if name.ends_with(".js") && state.faults.is_on(MISSING_ASSET) {
        return not_there(&name);
    }
    match state.front_end.read(&format!("assets/{name}")).await {
        Some(bytes) => ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)], bytes).into_response(),
        None => not_there(&name),
    }
}

/// The script that the page begins with.
async fn entry(state: &Shared) -> Option<String> {
    let page = String::from_utf8(state.front_end.read("index.html").await?).ok()?;
    let (_, rest) = page.split_once("src=\"/assets/")?;
    rest.split('"').next().map(str::to_owned)
}

fn media_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// A missing file of the front end is a fault of the deploy: the log has it.
fn not_there(name: &str) -> Response {
    tracing::warn!(name, "a file of the front end is not there");
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], Problem::not_found("file of the front end"))
        .into_response()
}

/// Where no route has the path: the way back, without needing any other file.
pub fn missing() -> Response {
    let page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
                <title>Not here</title></head><body><h1>There is nothing here</h1><p>The page may have been moved. \
                <a href=\"/\">Content Jumpstart</a> is where it all begins.</p></body></html>\n";
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}
