//! Pictures made from words: the provider's answer is examined like an upload and attached to the element.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use fleet_kit::fields::kind_of;
use fleet_kit::{Fields, Problem};
use serde_json::Value;

use super::components::TITLE;
use super::places::Own;
use super::uploads::attach;
use crate::media::Refused;
use crate::pictures::{PictureError, Wish};
use crate::state::Shared;
use crate::story::{Element, Universe};

const PROMPT: std::ops::RangeInclusive<usize> = 1..=1000;
const EDGE: std::ops::RangeInclusive<u64> = 64..=1536;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/elements/{id}/generate-image", post(generate))
}

async fn generate(
    State(state): State<Shared>,
    Own((element, _)): Own<(Element, Universe)>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let prompt = fields.required_text("prompt", PROMPT);
    let title = fields.optional_text("title", TITLE);
    let (width, height) = (edge(&mut fields, "width", 768), edge(&mut fields, "height", 512));
    fields.finish()?;
    let title = title.unwrap_or_else(|| prompt.chars().take(*TITLE.end()).collect());
    let bytes = state.pictures.make(Wish { prompt: prompt.clone(), width, height }).await.map_err(failed)?;
    let name = format!("{}.png", prompt.chars().take(40).collect::<String>());
    let mut received = state.staging.take(&bytes, &name).await.map_err(unusable)?;
    if received.kind != "image" {
        return Err(unusable(Refused::Type));
    }
    received.media.prompt = Some(prompt);
    received.media.provider = Some(state.pictures.name().to_owned());
    attach(&state, &element, title, received).await
}

fn edge(fields: &mut Fields, field: &str, default: u32) -> u32 {
    let wanted = || format!("`{field}` must be a whole number from {} to {}", EDGE.start(), EDGE.end());
    match fields.take(field) {
        None => default,
        Some(Value::Number(number)) => match number.as_u64().filter(|edge| EDGE.contains(edge)) {
            Some(edge) => edge as u32,
            None => {
                fields.fault(field, "range", wanted());
                default
            }
        },
        Some(other) => {
            fields.fault(field, "type", format!("`{field}` is {}; {}", kind_of(&other), wanted()));
            default
        }
    }
}

fn failed(error: PictureError) -> Problem {
    metrics::counter!("image_generations_failed_total").increment(1);
    match &error {
        PictureError::Refused(_) => {
            tracing::warn!(%error, "a picture was refused");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", "the picture provider refuses this prompt")
        }
        PictureError::Unavailable(_) => {
            tracing::error!(%error, "no picture was made");
            Problem::new(StatusCode::BAD_GATEWAY, "provider", "the picture provider does not answer; try again later")
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("10"))
        }
    }
}

fn unusable(why: Refused) -> Problem {
    match why {
        Refused::Full | Refused::Failed(_) => super::uploads::told(why),
        other => failed(PictureError::Unavailable(format!("its answer is no usable picture: {other}"))),
    }
}
