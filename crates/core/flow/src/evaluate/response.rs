//! A response as it came.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Deref;

use crate::model::HttpVersion;

/// A response with everything that queries ask about.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Its version.
    pub version: HttpVersion,
    /// Its status.
    pub status: u16,
    /// The address that answered, after redirects.
    pub url: String,
    /// Redirects followed, in order.
    pub redirects: Vec<Redirect>,
    /// Headers in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// Body, unpacked; the error says why it cannot be.
    pub body: Vec<u8>,
    /// Why the body cannot be unpacked: then `body` is as it came.
    pub packed: Option<String>,
    /// Body as it came, where that differs from `body`.
    pub raw_body: Option<Vec<u8>>,
    /// From sending to the last byte, ms.
    pub duration_ms: u64,
    /// The server's address, without port.
    pub ip: String,
}

/// An answer that led elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Its status.
    pub status: u16,
    /// Where it led, resolved.
    pub location: String,
}

impl Response {
    /// Values of the header `name`, in any case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body unpacked, or why it cannot be.
    pub(super) fn unpacked(&self) -> Result<&[u8], String> {
        match &self.packed {
            Some(problem) => Err(problem.clone()),
            None => Ok(&self.body),
        }
    }

    /// The body as text, by the charset of its media type, else UTF-8. Fails with the charset's name or a reason.
    fn decoded(&self) -> Result<Cow<'_, str>, String> {
        let media_type = self.header("content-type").next().unwrap_or_default();
        let charset = media_type
            .split(';')
            .filter_map(|part| part.trim().split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map_or("utf-8", |(_, charset)| charset.trim().trim_matches('"'));
        decode(self.unpacked()?, charset)
    }
}

/// Bytes as text of that charset.
pub(super) fn decode<'a>(bytes: &'a [u8], charset: &str) -> Result<Cow<'a, str>, String> {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes())
        .ok_or_else(|| format!("the charset `{charset}` is not known"))?;
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| format!("the bytes are no {charset} text"))
}

/// A header's value as text: UTF-8, else Windows-1252, as browsers read it.
pub fn header_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// A response whose text and JSON are read once, by whoever asks first.
pub(super) struct Judged<'a> {
    response: &'a Response,
    text: OnceCell<Result<Cow<'a, str>, String>>,
    json: OnceCell<Result<serde_json::Value, String>>,
}

impl<'a> Judged<'a> {
    pub(super) fn new(response: &'a Response) -> Judged<'a> {
        Judged { response, text: OnceCell::new(), json: OnceCell::new() }
    }

    /// The body as text.
    pub(super) fn text(&self) -> Result<&str, String> {
        match self.text.get_or_init(|| self.response.decoded()) {
            Ok(text) => Ok(text),
            Err(problem) => Err(problem.clone()),
        }
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Result<&serde_json::Value, String> {
        let parse = || serde_json::from_str(self.text()?).map_err(|error| format!("the body is no JSON: {error}"));
        self.json.get_or_init(parse).as_ref().map_err(Clone::clone)
    }
}

impl Deref for Judged<'_> {
    type Target = Response;

    fn deref(&self) -> &Response {
        self.response
    }
}
