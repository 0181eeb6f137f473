//! A request as the bytes that go out.

use reqwest::{Method, Version};
use url::Position;

use super::NAME;
use crate::flow::outgoing::Outgoing;
use crate::flow::settings::Settings;

/// Head and body. The error is a sentence: something in it cannot be sent.
pub(super) fn bytes(outgoing: &Outgoing, cookies: &str, settings: &Settings) -> Result<Vec<u8>, String> {
    let url = &outgoing.url;
    let mut bytes = Vec::with_capacity(512 + outgoing.body.len());
    let version = if settings.version == Some(Version::HTTP_10) { "HTTP/1.0" } else { "HTTP/1.1" };
    for part in [outgoing.method.as_str(), " ", &url[Position::BeforePath..Position::AfterQuery], " ", version, "\r\n"]
    {
        bytes.extend_from_slice(part.as_bytes());
    }
    let has = |name: &str| outgoing.headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name));
    if !has("host") {
        header(&mut bytes, "Host", &url[Position::BeforeHost..Position::AfterPort])?;
    }
    for (name, value) in &outgoing.headers {
        header(&mut bytes, name, value)?;
    }
    if !has("user-agent") {
        header(&mut bytes, "User-Agent", NAME)?;
    }
    if let Some(media_type) = &outgoing.media_type {
        header(&mut bytes, "Content-Type", media_type)?;
    }
    if !cookies.is_empty() {
        header(&mut bytes, "Cookie", cookies)?;
    }
    let wants_length = matches!(outgoing.method, Method::POST | Method::PUT | Method::PATCH);
    let is_chunked = has("transfer-encoding");
    if (wants_length || !outgoing.body.is_empty()) && !has("content-length") && !is_chunked {
        header(&mut bytes, "Content-Length", &outgoing.body.len().to_string())?;
    }
    bytes.extend_from_slice(b"\r\n");
    if is_chunked && !outgoing.body.is_empty() {
        bytes.extend_from_slice(format!("{:x}\r\n", outgoing.body.len()).as_bytes());
        bytes.extend_from_slice(&outgoing.body);
        bytes.extend_from_slice(b"\r\n0\r\n\r\n");
    } else {
        bytes.extend_from_slice(&outgoing.body);
    }
    Ok(bytes)
}

fn header(bytes: &mut Vec<u8>, name: &str, value: &str) -> Result<(), String> {
    let is_token = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("`{name}` is no header's name"));
    }
    if value.bytes().any(|c| c != b'\t' && (c < b' ' || c == 0x7f)) {
        return Err(format!("a header cannot hold `{}`", value.escape_debug()));
    }
    for part in [name, ": ", value, "\r\n"] {
        bytes.extend_from_slice(part.as_bytes());
    }
    Ok(())
}
