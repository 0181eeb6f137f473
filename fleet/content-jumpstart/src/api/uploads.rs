//! Briefs by upload: a text file is read by its headings, and refused if it is no text or says nothing.

use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use fleet_kit::Problem;

use super::asking::Own;
use super::briefs::{ENTRIES_MOST, ENTRY_LENGTH_MOST};
use super::refused;
use crate::state::Shared;
use crate::studio::{BriefContent, Client, NewBrief};

/// Of a text file.
const FILE_MOST: usize = 200 * 1024;
/// Of the request: the file and the form around it.
const BODY_MOST: usize = FILE_MOST + 16 * 1024;

/// Takes longer than other requests may.
pub const UPLOAD_ROUTE: &str = "/api/clients/{id}/briefs/upload";

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(UPLOAD_ROUTE, post(upload).layer(DefaultBodyLimit::max(BODY_MOST)))
}

async fn upload(
    State(state): State<Shared>,
    Own(client): Own<Client>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    // What says that it is too large is not waited for.
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > BODY_MOST as u64) {
        return Err(too_large());
    }
    let not_a_form = |rejection: MultipartRejection| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            format!("send a form with a `file`: {}", rejection.body_text()),
        )
    };
    let (name, bytes) = receive(form.map_err(not_a_form)?).await?;
    let text = readable(bytes)?;
    let content = read_brief(&text);
    if content.offer.is_empty() {
        return Err(unusable("it has no line that says what is offered; begin with `Offer: …`"));
    }
    let new = NewBrief { client_id: client.id, title: title(&name), source: "upload", content, original: Some(text) };
    let brief = state.store.create_brief(new).await.map_err(refused("client"))?;
    Ok((StatusCode::CREATED, Json(brief)).into_response())
}

async fn receive(mut form: Multipart) -> Result<(String, Vec<u8>), Problem> {
    let mut found = None;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") || found.is_some() {
            return Err(unusable("the form must hold one field, `file`"));
        }
        let name = field.file_name().unwrap_or("brief").to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > FILE_MOST {
                return Err(too_large());
            }
        }
        found = Some((name, bytes));
    }
    found.ok_or_else(|| unusable("the form has no `file`"))
}

fn broken(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::malformed(format!("the form cannot be read: {}", error.body_text()))
}

fn too_large() -> Problem {
    let detail = format!("a brief may have {} KiB; cut it to what matters", FILE_MOST / 1024);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
}

fn unusable(detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
}

/// Text in UTF-8 without control characters: whatever the file calls itself.
fn readable(bytes: Vec<u8>) -> Result<String, Problem> {
    let text = String::from_utf8(bytes);
    let text = text.ok().map(|text| text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n"));
    let no_text = || {
        let detail = "the file is no plain text (UTF-8); save the brief as `.txt` or `.md`";
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail)
    };
    let text =
        text.filter(|text| !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')).ok_or_else(no_text)?;
    if text.trim().is_empty() { Err(unusable("the file is empty")) } else { Ok(text) }
}

/// The file's name without folder and ending.
fn title(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plain: String = stem.chars().filter(|c| !c.is_control()).take(120).collect();
    if plain.trim().is_empty() { "Brief".to_owned() } else { plain.trim().to_owned() }
}

/// Which part of the brief a heading begins.
fn part(heading: &str) -> Option<&'static str> {
    let heading = heading.trim().trim_matches(['#', '*', '-', ' ']).to_lowercase();
    let known: [(&str, &[&str]); 7] = [
        ("offer", &["offer", "product", "service", "what we do", "business", "about"]),
        ("audience", &["audience", "target audience", "customers", "who", "for whom"]),
        ("pains", &["pains", "pain points", "problems", "challenges", "what hurts"]),
        ("benefits", &["benefits", "results", "outcomes", "what they gain", "value"]),
        ("proof", &["proof", "facts", "stories", "testimonials", "success stories", "numbers"]),
        ("keywords", &["keywords", "topics", "search terms"]),
        ("call_to_action", &["call to action", "cta", "next step", "action"]),
    ];
    known.into_iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(part, _)| part)
}

/// Reads `Heading: words`, or a heading line with lines or a list below it. What stands before any heading is the offer.
fn read_brief(text: &str) -> BriefContent {
    let mut content = BriefContent::default();
    let mut now = "offer";
    for line in text.lines() {
        let line = line.trim();
        let (heading, rest) = line.split_once(':').unwrap_or((line, ""));
        let mut words = line;
        if let Some(part) = part(heading) {
            (now, words) = (part, rest);
        }
        let words = words.trim().trim_start_matches(['-', '*', '•', '#', ' ']).trim();
        if words.is_empty() {
            continue;
        }
        let words: String = words.replace('\t', " ").chars().take(ENTRY_LENGTH_MOST).collect();
        match now {
            "offer" if content.offer.is_empty() => content.offer = words,
            "audience" if content.audience.is_empty() => content.audience = words,
            "call_to_action" if content.call_to_action.is_empty() => {
                content.call_to_action = words.chars().take(160).collect()
            }
            "pains" => add(&mut content.pains, [words]),
            "benefits" => add(&mut content.benefits, [words]),
            "proof" => add(&mut content.proof, [words]),
            "keywords" => add(&mut content.keywords, words.split([',', ';']).map(|word| word.trim().to_owned())),
            _ => {}
        }
    }
    content
}

fn add(list: &mut Vec<String>, words: impl IntoIterator<Item = String>) {
    list.extend(words.into_iter().filter(|word| !word.is_empty()));
    list.truncate(ENTRIES_MOST);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_is_read_by_its_headings() {
        let text = "# Offer\nBookkeeping by subscription\n\nAudience: small workshops\n\n**Pain points:**\n- late invoices\n- receipts\n\n\
                    Benefits:\n* free evenings\n\nKeywords: bookkeeping, cash flow;invoices\n\nCTA: Book a call\n";
        let read = read_brief(text);
        assert_eq!(read.offer, "Bookkeeping by subscription");
        assert_eq!((read.audience.as_str(), read.call_to_action.as_str()), ("small workshops", "Book a call"));
        assert_eq!(read.pains, ["late invoices", "receipts"]);
        assert_eq!((read.benefits.len(), read.keywords.len()), (1, 3));
        assert_eq!(read_brief("We sell hats.").offer, "We sell hats.");
    }

    #[test]
    fn names_lose_their_folders() {
        assert_eq!(title("../../etc/passwd"), "passwd");
        assert_eq!(title("C:\\x\\Spring brief.md"), "Spring brief");
        assert_eq!(title("\u{0}.txt"), "Brief");
    }
}
