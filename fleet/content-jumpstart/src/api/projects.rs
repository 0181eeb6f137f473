//! Projects, which the wizard fills step by step: each answer is kept, so that it can be left and gone on with anywhere.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::given::Query;
use fleet_kit::{Fields, Problem};

use super::asking::{Own, find_own};
use super::lists::{Parameters, page, part, texts};
use super::{expected, refused};
use crate::state::Shared;
use crate::studio::{Actor, Brief, Client, PLATFORMS, Platform, Project, ProjectChange, STEPS};
use crate::writing::{TEMPLATES, template};

const NAME: std::ops::RangeInclusive<usize> = 1..=120;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects", get(list).post(create))
        .route("/api/projects/{id}", get(read).patch(change).delete(delete))
}

async fn list(
    State(state): State<Shared>,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters)?;
    let limit = page.limit;
    let items = state.store.projects(actor.owner(), page).await.map_err(refused("project"))?;
    Ok(Json(part(items, limit, |project| project.id.to_string())).into_response())
}

/// A draft for all platforms with all templates, unless it is told otherwise.
async fn create(State(state): State<Shared>, actor: Actor, mut fields: Fields) -> Result<Response, Problem> {
    let name = fields.required_text("name", NAME);
    let platforms = platforms(&mut fields).unwrap_or_else(|| Platform::ALL.to_vec());
    let all = || TEMPLATES.iter().map(|template| template.id.to_owned()).collect();
    let templates = templates(&mut fields).unwrap_or_else(all);
    let change = material(&state, &actor, &mut fields, None).await?;
    fields.finish()?;
    let mut project =
        state.store.create_project(actor.0.id, name, &platforms, &templates).await.map_err(refused("user"))?;
    if change.client_id.is_some() || change.brief_id.is_some() {
        project = state.store.change_project(project.id, change, None).await.map_err(refused("project"))?;
    }
    Ok((StatusCode::CREATED, Json(project)).into_response())
}

async fn read(Own(project): Own<Project>) -> Json<Project> {
    Json(project)
}

async fn change(
    State(state): State<Shared>,
    actor: Actor,
    Own(project): Own<Project>,
    headers: HeaderMap,
    mut fields: Fields,
) -> Result<Json<Project>, Problem> {
    let mut change = material(&state, &actor, &mut fields, Some(&project)).await?;
    change.name = fields.optional_text("name", NAME);
    change.step = fields.take("step").and_then(|given| {
        let step = given.as_i64().filter(|step| (1..=STEPS).contains(step));
        if step.is_none() {
            fields.fault("step", "range", format!("`step` must be a whole number from 1 to {STEPS}"));
        }
        step
    });
    change.platforms = platforms(&mut fields);
    change.templates = templates(&mut fields);
    fields.finish()?;
    let changed = state.store.change_project(project.id, change, expected(&headers)?).await;
    changed.map(Json).map_err(refused("project"))
}

async fn delete(State(state): State<Shared>, Own(project): Own<Project>) -> Result<StatusCode, Problem> {
    state.store.delete_project(project.id).await.map_err(refused("project"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Client and brief, which must be the asker's, and belong together.
async fn material(
    state: &Shared,
    actor: &Actor,
    fields: &mut Fields,
    project: Option<&Project>,
) -> Result<ProjectChange, Problem> {
    let mut change = ProjectChange::default();
    if let Some(id) = fields.optional_text("client_id", 1..=64) {
        match find_own::<Client>(state, actor, &id).await {
            Ok(client) => change.client_id = Some(client.id),
            Err(problem) if problem.slug == "not-found" => {
                fields.fault("client_id", "unknown", "there is no such client")
            }
            Err(problem) => return Err(problem),
        }
    }
    let client = change.client_id.or(project.and_then(|project| project.client_id));
    if let Some(id) = fields.optional_text("brief_id", 1..=64) {
        match find_own::<Brief>(state, actor, &id).await {
            Ok(brief) if Some(brief.client_id) == client => change.brief_id = Some(brief.id),
            Ok(_) => fields.fault("brief_id", "unknown", "the brief is another client's"),
            Err(problem) if problem.slug == "not-found" => {
                fields.fault("brief_id", "unknown", "there is no such brief")
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok(change)
}

fn platforms(fields: &mut Fields) -> Option<Vec<Platform>> {
    let names = texts(fields, "platforms", PLATFORMS.len(), 40)?;
    let known: Vec<Platform> = names.iter().filter_map(|name| name.parse().ok()).collect();
    if known.len() != names.len() || known.is_empty() || has_twins(&names) {
        fields.fault("platforms", "choice", format!("give each once, of: {}", PLATFORMS.join(", ")));
    }
    Some(known)
}

fn templates(fields: &mut Fields) -> Option<Vec<String>> {
    let names = texts(fields, "templates", TEMPLATES.len(), 40)?;
    if names.is_empty() || names.iter().any(|name| template(name).is_none()) || has_twins(&names) {
        let known: Vec<&str> = TEMPLATES.iter().map(|template| template.id).collect();
        fields.fault("templates", "choice", format!("give each once, of: {}", known.join(", ")));
    }
    Some(names)
}

fn has_twins(names: &[String]) -> bool {
    names.iter().enumerate().any(|(index, name)| names[..index].contains(name))
}
