//! Components of an element: list, attach, read, change, remove.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::fields::kind_of;
use fleet_kit::given::Query;
use fleet_kit::{Fields, Problem};
use serde_json::{Map, Value};

use super::places::{Own, Seen};
use super::{named, refused, visible_element};
use crate::state::Shared;
use crate::story::{
    COMPONENT_KINDS, Component, ComponentChange, ComponentId, Content, Element, ElementId, NewComponent, Relationship,
    Universe, Viewer,
};
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::versions::{Expected, made, shown};

pub(super) const TITLE: std::ops::RangeInclusive<usize> = 1..=120;
const FILE_KINDS: [&str; 4] = ["image", "video", "audio", "model_3d"];
const SEND_A_FORM: &str =
    "a file is sent as a form to `POST /api/elements/{id}/media`; another file is another component";
const RELATION: std::ops::RangeInclusive<usize> = 1..=120;
const TEXT_MOST: usize = 20_000;
const ATTRIBUTES_MOST: usize = 100;
const ATTRIBUTE_NAME_MOST: usize = 60;
const ATTRIBUTE_TEXT_MOST: usize = 1000;

/// A component with its element and universe.
type Whole = (Component, (Element, Universe));

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/elements/{id}/components", get(list).post(attach))
        .route("/api/elements/{id}/incoming", get(incoming))
        .route("/api/components/{id}", get(read).patch(change).delete(remove))
}

async fn list(
    State(state): State<Shared>,
    Seen((element, _)): Seen<(Element, Universe)>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters, &[])?;
    let items =
        state.store.components(element.id, one_more(page)).await.map_err(|error| refused(error, "component"))?;
    Ok(Json(part(items, page.limit, |component| component.id.to_string())).into_response())
}

async fn attach(
    State(state): State<Shared>,
    Own((element, _)): Own<(Element, Universe)>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let kind = fields.required_choice("kind", &COMPONENT_KINDS);
    let title = fields.required_text("title", TITLE);
    let content = kind.and_then(|kind| {
        let content = take_content(&mut fields, kind);
        if content.is_none() && fields.is_sound() {
            if FILE_KINDS.contains(&kind) {
                fields.fault(kind, "unavailable", SEND_A_FORM);
            } else {
                fields.fault(kind, "missing", format!("`{kind}` is missing: a component of kind `{kind}` holds it"));
            }
        }
        content
    });
    check_target(&state, &mut fields, &element, content.as_ref()).await?;
    fields.finish()?;
    let Some(content) = content else {
        return Err(Problem::malformed("the component holds nothing"));
    };
    let new = NewComponent { id: ComponentId::fresh(), element_id: element.id, title, content };
    let component = state.store.create_component(new).await.map_err(|error| refused(error, "element"))?;
    let location = format!("/api/components/{}", component.id);
    Ok(made(&component, component.version, location))
}

/// The relationships that lead here, at most 100.
async fn incoming(
    State(state): State<Shared>,
    Seen((element, _)): Seen<(Element, Universe)>,
) -> Result<Response, Problem> {
    let items = state.store.incoming(element.id, 100).await.map_err(|error| refused(error, "element"))?;
    Ok(Json(serde_json::json!({ "items": items })).into_response())
}

async fn read(Seen((component, _)): Seen<Whole>) -> Response {
    shown(&component, component.version)
}

async fn change(
    State(state): State<Shared>,
    Own((component, (element, _))): Own<Whole>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let title = fields.optional_text("title", TITLE);
    let content = take_content(&mut fields, component.content.kind());
    check_target(&state, &mut fields, &element, content.as_ref()).await?;
    fields.finish()?;
    let changed = state.store.update_component(component.id, ComponentChange { title, content }, expected).await;
    let changed = changed.map_err(|error| refused(error, "component"))?;
    Ok(shown(&changed, changed.version))
}

async fn remove(
    State(state): State<Shared>,
    Own((component, _)): Own<Whole>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    let removed = state.store.delete_component(component.id, expected).await;
    removed.map_err(|error| refused(error, "component"))?;
    if component.content.media().is_some() {
        state.media.remove(&[component.id]).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The component with its element and universe, if the viewer may know of them.
pub(super) async fn visible_component(
    state: &Shared,
    viewer: &Viewer,
    id: &str,
) -> Result<(Component, (Element, Universe)), Problem> {
    let id: ComponentId = named(id, "component")?;
    let component = state.store.component(id).await.map_err(|error| refused(error, "component"))?;
    let component = component.ok_or_else(|| Problem::not_found("component"))?;
    match visible_element(state, viewer, &component.element_id.to_string()).await {
        Ok(place) => Ok((component, place)),
        Err(problem) if problem.slug == "not-found" => Err(Problem::not_found("component")),
        Err(problem) => Err(problem),
    }
}

/// The member that holds the content of this kind, checked; `None` if it is missing or at fault.
fn take_content(fields: &mut Fields, kind: &str) -> Option<Content> {
    match kind {
        "text" => {
            let text = fields.optional_prose("text", TEXT_MOST)?;
            if text.is_empty() {
                fields.fault("text", "length", format!("`text` is empty; give 1 to {TEXT_MOST} characters"));
            }
            Some(Content::Text(text))
        }
        "relationship" => take_relationship(fields),
        kind if FILE_KINDS.contains(&kind) => {
            if fields.take(kind).is_some() {
                fields.fault(kind, "unavailable", SEND_A_FORM);
            }
            None
        }
        _ => match fields.take("attributes")? {
            Value::Object(attributes) => {
                check_attributes(fields, &attributes);
                Some(Content::Attributes(attributes))
            }
            other => {
                fields.fault("attributes", "type", format!("`attributes` is {}; give an object", kind_of(&other)));
                None
            }
        },
    }
}

fn take_relationship(fields: &mut Fields) -> Option<Content> {
    let given = match Fields::of(fields.take("relationship")?) {
        Ok(given) => given,
        Err(_) => {
            fields.fault("relationship", "type", "`relationship` must be an object with `target_id` and `relation`");
            return None;
        }
    };
    let mut given = given;
    let target: Option<ElementId> = given.required_text("target_id", 1..=64).parse().ok();
    let relation = given.required_text("relation", RELATION);
    if target.is_none() {
        fields.fault("relationship.target_id", "text", "`target_id` must be the id of another element");
    }
    if let Err(problem) = given.finish() {
        for fault in problem.errors.into_iter().filter(|fault| fault.field != "target_id") {
            fields.fault(&format!("relationship.{}", fault.field), fault.code, fault.detail);
        }
    }
    target.map(|target_id| Content::Relationship(Relationship { target_id, relation }))
}

/// A relationship leads to another element of the same universe.
async fn check_target(
    state: &Shared,
    fields: &mut Fields,
    element: &Element,
    content: Option<&Content>,
) -> Result<(), Problem> {
    let Some(target) = content.and_then(Content::target) else { return Ok(()) };
    let found = state.store.element(target).await.map_err(|error| refused(error, "element"))?;
    if target == element.id || found.is_none_or(|found| found.universe_id != element.universe_id) {
        fields.fault("relationship.target_id", "choice", "`target_id` must be another element of the same universe");
    }
    Ok(())
}

fn check_attributes(fields: &mut Fields, attributes: &Map<String, Value>) {
    if attributes.is_empty() || attributes.len() > ATTRIBUTES_MOST {
        let detail = format!("`attributes` has {} members; give 1 to {ATTRIBUTES_MOST}", attributes.len());
        return fields.fault("attributes", "length", detail);
    }
    for (name, value) in attributes {
        let shown: String = name.chars().take(ATTRIBUTE_NAME_MOST).collect();
        let field = format!("attributes.{shown}");
        if name.trim().is_empty() || name.chars().count() > ATTRIBUTE_NAME_MOST || name.contains(char::is_control) {
            fields.fault(
                &field,
                "text",
                format!("a name must have 1 to {ATTRIBUTE_NAME_MOST} characters and no control characters"),
            );
        }
        match value {
            Value::String(text) if text.chars().count() > ATTRIBUTE_TEXT_MOST => {
                fields.fault(&field, "length", format!("a text must have at most {ATTRIBUTE_TEXT_MOST} characters"))
            }
            Value::String(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => {
                fields.fault(&field, "text", "a text must hold no control characters but tabs and ends of lines")
            }
            Value::String(_) => {}
            Value::Number(_) | Value::Bool(_) => {}
            other => fields.fault(
                &field,
                "type",
                format!("it is {}; give a text, a number or a truth value", kind_of(other)),
            ),
        }
    }
}
