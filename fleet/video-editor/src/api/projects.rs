//! Projects: list, make, read, change, delete. Everybody who is signed in edits every project; its owner or an operator deletes it.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::given::Query;
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::versions::{Expected, made, shown};
use fleet_kit::{Fields, Problem};
use serde_json::Value;

use super::{project, refused};
use crate::cache;
use crate::identity::Actor;
use crate::ids::ProjectId;
use crate::state::Shared;
use crate::store::{NewProject, Picture, Project, ProjectChange, Role};

const NAME: std::ops::RangeInclusive<usize> = 1..=120;
const SIDE: std::ops::RangeInclusive<i32> = 16..=4096;
const FPS: std::ops::RangeInclusive<i32> = 1..=120;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects", get(list).post(create))
        .route("/api/projects/{id}", get(read).patch(change).delete(delete))
}

async fn list(
    State(state): State<Shared>,
    _: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page::<ProjectId>(&parameters, &[])?;
    let read = async || state.store.projects(one_more(page)).await;
    let is_first = parameters.is_empty();
    let items: Result<Vec<Project>, _> =
        if is_first { state.cache.get_or(cache::PROJECTS, read()).await } else { read().await };
    let items = items.map_err(|error| refused(error, "project"))?;
    Ok(Json(part(items, page.limit, |project| project.id.to_string())).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    let name = fields.required_text("name", NAME);
    let picture = Picture {
        width: number(&mut fields, "width", SIDE).unwrap_or(1280),
        height: number(&mut fields, "height", SIDE).unwrap_or(720),
        fps: number(&mut fields, "fps", FPS).unwrap_or(25),
    };
    fields.finish()?;
    let new = NewProject { owner_id: user.id, name, picture };
    let project = state.store.create_project(new).await.map_err(|error| refused(error, "user"))?;
    state.cache.forget(cache::PROJECTS).await;
    metrics::counter!("projects_created_total").increment(1);
    Ok(made(&project, project.version, format!("/api/projects/{}", project.id)))
}

async fn read(State(state): State<Shared>, _: Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let project = project(&state, &id).await?;
    Ok(shown(&project, project.version))
}

async fn change(
    State(state): State<Shared>,
    _: Actor,
    Path(id): Path<String>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let change = ProjectChange {
        name: fields.optional_text("name", NAME),
        width: number(&mut fields, "width", SIDE),
        height: number(&mut fields, "height", SIDE),
        fps: number(&mut fields, "fps", FPS),
    };
    fields.finish()?;
    let id = super::named(&id, "project")?;
    let changed = state.store.change_project(id, change, expected).await;
    let changed = changed.map_err(|error| refused(error, "project"))?;
    state.cache.forget(cache::PROJECTS).await;
    Ok(shown(&changed, changed.version))
}

async fn delete(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    let project = project(&state, &id).await?;
    if project.owner_id != user.id && user.role != Role::Operator {
        return Err(Problem::forbidden("this project is somebody else's; its owner or an operator may delete it"));
    }
    let failed = |error| refused(error, "project");
    let assets = state.store.assets(project.id).await.map_err(failed)?;
    let made = state.store.files_made(project.id).await.map_err(failed)?;
    state.store.delete_project(project.id, expected).await.map_err(failed)?;
    let assets: Vec<_> = assets.iter().map(|asset| asset.id).collect();
    state.media.remove(&assets, &made).await;
    state.cache.forget(cache::PROJECTS).await;
    state.cache.forget(cache::RECENT_EDITS).await;
    Ok(StatusCode::NO_CONTENT)
}

/// A whole number within bounds, if given.
fn number(fields: &mut Fields, name: &str, bounds: std::ops::RangeInclusive<i32>) -> Option<i32> {
    let given = fields.take(name)?;
    let number = Value::as_i64(&given).and_then(|number| i32::try_from(number).ok()).filter(|n| bounds.contains(n));
    if number.is_none() {
        let detail = format!("`{name}` must be a whole number from {} to {}", bounds.start(), bounds.end());
        fields.fault(name, "range", detail);
    }
    number
}
