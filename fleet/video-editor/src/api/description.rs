//! `/openapi.json` and `/docs`.

use axum::Router;
use fleet_kit::openapi::{About, Operation, Query, document};
use utoipa_swagger_ui::SwaggerUi;

use super::schemas;
use crate::state::Shared;

/// Both routes.
pub(super) fn routes() -> Router<Shared> {
    let about = About {
        title: "Video editor",
        description: "Projects with a timeline that several people edit at once, media, and what FFmpeg makes of both. \
                      Failures are RFC 9457 problems. Editing together goes over the WebSocket `/collab/{project}`, as y-websocket speaks it.",
        version: env!("CARGO_PKG_VERSION"),
    };
    SwaggerUi::new("/docs").external_url_unchecked("/openapi.json", document(about, &OPERATIONS, schemas::all())).into()
}

const PROJECT: &str = "/api/projects/{id}";

const OPERATIONS: [Operation; 29] = [
    Operation::post("/api/auth/register", "register", "Make an account")
        .open()
        .takes("Registration")
        .answers("201", "User"),
    Operation::post("/api/auth/login", "login", "Sign in").open().takes("Credentials").answers("200", "Token"),
    Operation::get("/api/auth/me", "me", "Who one is", "User"),
    Operation::get("/api/auth/session", "session", "Who is signed in here, if anybody", "Session").open(),
    Operation::get("/api/projects", "listProjects", "Projects, newest first", "Projects")
        .query(&[Query::Number("limit", 1, 100), Query::Id("after")]),
    Operation::post("/api/projects", "createProject", "Make a project").takes("NewProject").answers("201", "Project"),
    Operation::get(PROJECT, "readProject", "Read a project", "Project"),
    Operation::patch(PROJECT, "changeProject", "Change a project").takes("ProjectChange").answers("200", "Project"),
    Operation::delete(PROJECT, "deleteProject", "Delete a project with its media").conditional(),
    Operation::get("/api/projects/{id}/timeline", "readTimeline", "The timeline as it is now", "Timeline"),
    Operation::post("/api/projects/{id}/edits", "edit", "Edit the timeline").takes("Edit").answers("201", "Timeline"),
    Operation::get("/api/edits/recent", "recentEdits", "Edits made last, of all projects", "Edits"),
    Operation::get("/api/projects/{id}/assets", "listAssets", "A project's media", "Assets"),
    Operation::post("/api/projects/{id}/assets", "upload", "Upload media")
        .takes_as("multipart/form-data", "Upload")
        .answers("201", "Asset"),
    Operation::post("/api/projects/{id}/exports", "export", "Render the timeline").takes("Wish").answers("202", "Job"),
    Operation::post("/api/projects/{id}/previews", "preview", "Render the timeline small and quickly")
        .answers("202", "Job"),
    Operation::get("/api/projects/{id}/jobs", "listJobs", "A project's jobs, newest first", "Jobs"),
    Operation::get("/api/jobs/{id}", "readJob", "Read a job", "Job"),
    Operation::post("/api/jobs/{id}/cancel", "cancelJob", "Cancel a job").answers("200", "Job"),
    Operation::post("/api/jobs/{id}/retry", "retryJob", "Try a failed job again").answers("200", "Job"),
    Operation::get("/api/jobs/{id}/file", "readRendered", "What a job made", "Job").answers_as("video/mp4"),
    Operation::get("/media/{id}", "readMedia", "Media as it was uploaded; ranges are served", "Job").answers_as("*/*"),
    Operation::get("/media/{id}/thumbnail", "readThumbnail", "A small picture", "Job").answers_as("image/jpeg"),
    Operation::get("/media/{id}/waveform", "readWaveform", "The sound's peaks", "Waveform"),
    Operation::get("/api/operator/queue", "queue", "How much there is to do; operators only", "Queue"),
    Operation::post("/api/operator/canary", "canary", "Whether codecs work; operators only").answers("200", "Canary"),
    Operation::get("/api/operator/integrity", "integrity", "Whether the data is sound; operators only", "Integrity"),
    Operation::put("/api/operator/write-lock", "lockWrites", "Lock changes, or allow them; operators only")
        .takes("WriteLock")
        .answers("200", "Maintenance"),
    Operation::get("/healthz", "health", "Whether all works", "Health").open(),
];
