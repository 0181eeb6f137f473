//! The universe list, a universe with its elements, an element with its components.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;
use fleet_kit::given::Query;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Deserialize;

use super::Failure;
use crate::api::{refused, visible_element, visible_universe};
use crate::identity::page_viewer;
use crate::state::Shared;
use crate::store::Page;
use crate::story::{Component, Content, ELEMENT_KINDS, Element, ElementId};

const UNIVERSES_PER_PAGE: u32 = 24;
const ELEMENTS_PER_PAGE: u32 = 60;
const COMPONENTS_PER_PAGE: u32 = 40;
const INCOMING_MOST: u32 = 100;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/universes", get(universes))
        .route("/universes/{id}", get(universe))
        .route("/elements/{id}", get(element))
}

/// Where a list goes on; anything that is no id begins at the start.
#[derive(Deserialize)]
struct From {
    after: Option<String>,
}

impl From {
    fn id<Id: std::str::FromStr>(&self) -> Option<Id> {
        self.after.as_deref()?.parse().ok()
    }
}

/// Splits the one more that tells of a next part; gives the last shown one's id if there is one.
fn cut<T>(items: &mut Vec<T>, most: u32, id: impl Fn(&T) -> String) -> Option<String> {
    let more = items.len() > most as usize;
    items.truncate(most as usize);
    if more { items.last().map(id) } else { None }
}

async fn universes(
    State(state): State<Shared>,
    headers: HeaderMap,
    Query(from): Query<From>,
) -> Result<Html<String>, Failure> {
    let viewer = page_viewer(&state, &headers).await?;
    let page = Page { limit: UNIVERSES_PER_PAGE + 1, after: from.id() };
    let mut universes = state.store.universes(&viewer, page).await.map_err(|error| refused(error, "universe"))?;
    let next = cut(&mut universes, UNIVERSES_PER_PAGE, |universe| universe.id.to_string());
    let first = from.after.is_none();
    Ok(state.templates.render(
        "universes.html",
        &viewer,
        &state.version,
        context! { universes => Serde(universes), next, first },
    )?)
}

async fn universe(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Result<Html<String>, Failure> {
    let viewer = page_viewer(&state, &headers).await?;
    let universe = visible_universe(&state, &viewer, &id).await?;
    let page = Page { limit: ELEMENTS_PER_PAGE + 1, after: from.id() };
    let mut elements =
        state.store.elements(universe.id, None, page).await.map_err(|error| refused(error, "element"))?;
    let next = cut(&mut elements, ELEMENTS_PER_PAGE, |element| element.id.to_string());
    let groups = by_kind(&elements);
    Ok(state.templates.render(
        "universe.html",
        &viewer,
        &state.version,
        context! { universe => Serde(universe), groups, next },
    )?)
}

/// The elements in the kinds' order, kinds without any left out.
fn by_kind(elements: &[Element]) -> Vec<Value> {
    let group = |kind: &str| {
        let members: Vec<&Element> = elements.iter().filter(|element| element.kind == kind).collect();
        (!members.is_empty()).then(|| context! { kind, members => Serde(members) })
    };
    ELEMENT_KINDS.into_iter().filter_map(group).collect()
}

async fn element(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Result<Html<String>, Failure> {
    let viewer = page_viewer(&state, &headers).await?;
    let (element, universe) = visible_element(&state, &viewer, &id).await?;
    let page = Page { limit: COMPONENTS_PER_PAGE + 1, after: from.id() };
    let mut components = state.store.components(element.id, page).await.map_err(|error| refused(error, "component"))?;
    let next = cut(&mut components, COMPONENTS_PER_PAGE, |component| component.id.to_string());
    let targets = components.iter().filter_map(|component| component.content.target()).collect();
    let names = state.store.names(targets).await.map_err(|error| refused(error, "element"))?;
    let components: Vec<Value> = components.into_iter().map(|component| as_shown(component, &names)).collect();
    let incoming = state.store.incoming(element.id, INCOMING_MOST).await.map_err(|error| refused(error, "element"))?;
    Ok(state.templates.render(
        "element.html",
        &viewer,
        &state.version,
        context! { element => Serde(element), universe => Serde(universe), components, incoming => Serde(incoming), next },
    )?)
}

/// A component for the template: prose in paragraphs, attributes in rows, files with their addresses.
fn as_shown(component: Component, names: &[(ElementId, String)]) -> Value {
    let (id, title) = (component.id.to_string(), component.title);
    match component.content {
        Content::Text(text) => {
            let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
            let paragraphs: Vec<String> = parts.map(str::to_owned).collect();
            context! { title, kind => "text", paragraphs }
        }
        Content::Relationship(relationship) => {
            let name = names.iter().find(|(id, _)| *id == relationship.target_id).map(|(_, name)| name.clone());
            let target = relationship.target_id.to_string();
            context! { title, kind => "relationship", relation => relationship.relation, target, name }
        }
        Content::Image(media) | Content::Video(media) | Content::Audio(media) | Content::Model3d(media) => {
            context! { title, id, kind => component.kind, size => readable(media.size_bytes), media => Serde(media) }
        }
        Content::Attributes(attributes) => {
            let row = |(name, value): (String, _)| context! { name, value => shown(&value) };
            let rows: Vec<Value> = attributes.into_iter().map(row).collect();
            context! { title, kind => "attributes", rows }
        }
    }
}

/// "3.4 MB".
fn readable(bytes: u64) -> String {
    match bytes as f64 {
        size if size < 1e3 => format!("{bytes} bytes"),
        size if size < 1e6 => format!("{:.0} kB", size / 1e3),
        size => format!("{:.1} MB", size / 1e6),
    }
}

/// An attribute's value as people write it.
fn shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(true) => "yes".to_owned(),
        serde_json::Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}
