//! Clients: list, create, read, change, delete.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::given::Query;
use fleet_kit::{Fields, Problem};
use serde_json::Value;

use super::asking::Own;
use super::lists::{Parameters, is_sound, page, part};
use super::refused;
use crate::state::Shared;
use crate::studio::{Actor, Client, ClientChange, NewClient, VoiceSample};

const NAME: std::ops::RangeInclusive<usize> = 1..=120;
const LINE: std::ops::RangeInclusive<usize> = 0..=300;
const SAMPLES_MOST: usize = 10;
const SAMPLE_LENGTH_MOST: usize = 5000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/clients", get(list).post(create))
        .route("/api/clients/{id}", get(read).patch(change).delete(delete))
}

async fn list(
    State(state): State<Shared>,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters)?;
    let limit = page.limit;
    let items = state.store.clients(actor.owner(), page).await.map_err(refused("client"))?;
    Ok(Json(part(items, limit, |client| client.id.to_string())).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    let new = NewClient {
        owner_id: user.id,
        name: fields.required_text("name", NAME),
        industry: fields.optional_text("industry", LINE).unwrap_or_default(),
        audience: fields.optional_text("audience", LINE).unwrap_or_default(),
        tone: fields.optional_text("tone", LINE).unwrap_or_default(),
        website: website(&mut fields).unwrap_or_default(),
        voice_samples: samples(&mut fields).unwrap_or_default(),
    };
    fields.finish()?;
    let client = state.store.create_client(new).await.map_err(refused("user"))?;
    Ok((StatusCode::CREATED, Json(client)).into_response())
}

async fn read(Own(client): Own<Client>) -> Json<Client> {
    Json(client)
}

async fn change(
    State(state): State<Shared>,
    Own(client): Own<Client>,
    mut fields: Fields,
) -> Result<Json<Client>, Problem> {
    let change = ClientChange {
        name: fields.optional_text("name", NAME),
        industry: fields.optional_text("industry", LINE),
        audience: fields.optional_text("audience", LINE),
        tone: fields.optional_text("tone", LINE),
        website: website(&mut fields),
        voice_samples: samples(&mut fields),
    };
    fields.finish()?;
    state.store.change_client(client.id, change).await.map(Json).map_err(refused("client"))
}

async fn delete(State(state): State<Shared>, Own(client): Own<Client>) -> Result<StatusCode, Problem> {
    state.store.delete_client(client.id).await.map_err(refused("client"))?;
    Ok(StatusCode::NO_CONTENT)
}

fn website(fields: &mut Fields) -> Option<String> {
    let given = fields.optional_text("website", LINE)?;
    if !given.is_empty() && !given.starts_with("https://") && !given.starts_with("http://") {
        fields.fault("website", "text", "`website` must begin with `https://`");
    }
    Some(given)
}

/// Each is a text, or an object with `text` and perhaps a `label`.
fn samples(fields: &mut Fields) -> Option<Vec<VoiceSample>> {
    let given = fields.take("voice_samples")?;
    let Value::Array(entries) = given else {
        fields.fault("voice_samples", "type", "`voice_samples` must be a list");
        return None;
    };
    if entries.len() > SAMPLES_MOST {
        fields.fault("voice_samples", "length", format!("give at most {SAMPLES_MOST} samples"));
        return None;
    }
    let mut samples = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        match sample(entry) {
            Some(sample) => samples.push(sample),
            None => fields.fault(
                &format!("voice_samples.{index}"),
                "text",
                format!("give `text` of 1 to {SAMPLE_LENGTH_MOST} characters, and a `label` of up to 80 if you like"),
            ),
        }
    }
    Some(samples)
}

fn sample(entry: &Value) -> Option<VoiceSample> {
    let (text, label) = match entry {
        Value::String(text) => (text.as_str(), ""),
        Value::Object(members) if members.keys().all(|key| key == "text" || key == "label") => {
            let label = members.get("label").map_or(Some(""), Value::as_str)?;
            (members.get("text")?.as_str()?, label)
        }
        _ => return None,
    };
    let (text, label) = (text.trim(), label.trim());
    let fits = is_sound(text, SAMPLE_LENGTH_MOST) && (label.is_empty() || is_sound(label, 80));
    fits.then(|| VoiceSample { label: label.to_owned(), text: text.to_owned() })
}
