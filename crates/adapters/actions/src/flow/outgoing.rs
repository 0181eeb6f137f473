//! A request with all its templates filled in, ready to be sent.

use std::path::Path;

use base64::Engine as _;
use callsheet_flow::{Body, FillError, Pair, Part, PartContent, Request, Template, Variables};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::multipart::{self, FilledPart};
use super::report::Problem;
use super::settings::Settings;

/// What goes out.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub method: reqwest::Method,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    /// The media type that the body's kind implies, where no header names one.
    pub media_type: Option<String>,
    /// `name=value` pairs of `[Cookies]`.
    pub cookies: Vec<String>,
    pub body: Vec<u8>,
}

/// Fills `request` in. Files are read relative to `folder` and may not lie outside of it.
pub(super) fn outgoing(
    request: &Request,
    settings: &Settings,
    variables: &Variables,
    folder: &Path,
) -> Result<Outgoing, Problem> {
    let problem = |what: String| Problem::exchange(request.at, what, false);
    let filled = |template: &Template| template.fill(variables).map_err(|error| problem(error.to_string()));
    let pairs = |pairs: &[Pair]| fill_pairs(pairs, variables).map_err(|error| problem(error.to_string()));
    let method = reqwest::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| problem(format!("`{}` is no method", request.method)))?;
    let mut written = filled(&request.url)?;
    let query = pairs(&request.query)?;
    if !query.is_empty() {
        written.push_str(match (written.contains('?'), written.ends_with('?')) {
            (_, true) => "",
            (true, false) => "&",
            (false, false) => "?",
        });
        written.push_str(&encoded(&query));
    }
    let url = address(&written).map_err(problem)?;
    let mut headers = pairs(&request.headers)?;
    if let Some(pair) = &request.basic_auth {
        headers.push(basic(&format!("{}:{}", filled(&pair.name)?, filled(&pair.value)?)));
    }
    headers.extend(settings.headers.iter().cloned());
    let (body, media_type) = body(request, variables, folder).map_err(problem)?;
    let has =
        |headers: &[(String, String)], name: &str| headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name));
    let media_type = media_type.filter(|_| !has(&headers, "content-type"));
    if !has(&headers, "accept") {
        headers.push(("Accept".to_owned(), "*/*".to_owned()));
    }
    if settings.compressed && !has(&headers, "accept-encoding") {
        headers.push(("Accept-Encoding".to_owned(), "gzip, deflate".to_owned()));
    }
    if let Some(user) = settings.user.as_ref().filter(|_| !has(&headers, "authorization")) {
        headers.push(basic(user));
    }
    let cookies = pairs(&request.cookies)?.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(Outgoing { method, url, headers, media_type, cookies, body })
}

fn fill_pairs(pairs: &[Pair], variables: &Variables) -> Result<Vec<(String, String)>, FillError> {
    pairs.iter().map(|pair| Ok((pair.name.fill(variables)?, pair.value.fill(variables)?))).collect()
}

fn basic(login: &str) -> (String, String) {
    let encoded = base64::engine::general_purpose::STANDARD.encode(login);
    ("Authorization".to_owned(), format!("Basic {encoded}"))
}

/// The address to go to. The error is a sentence.
fn address(written: &str) -> Result<Url, String> {
    let rest = written.strip_prefix("http://").or_else(|| written.strip_prefix("https://"));
    if rest.is_none() {
        return Err(format!("`{written}` is no address that HTTP reaches: it must begin with http:// or https://"));
    }
    if written.contains([' ', '\t', '\n', '\r']) {
        return Err(format!("`{written}` is no address: it holds white space, which is written `%20`"));
    }
    Url::parse(written).map_err(|error| format!("`{written}` is no address: {error}"))
}

/// Letters, digits and `-._~` stand for themselves in values.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `name=value` pairs as query or form. Names are sent as written.
fn encoded(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, UNRESERVED)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The body's bytes and the media type that its kind implies. Errors are sentences.
fn body(request: &Request, variables: &Variables, folder: &Path) -> Result<(Vec<u8>, Option<String>), String> {
    let filled = |template: &Template| template.fill(variables).map_err(|error| error.to_string());
    if let Some(form) = request.form.as_ref().filter(|form| !form.is_empty()) {
        let pairs = fill_pairs(form, variables).map_err(|error| error.to_string())?;
        return Ok((encoded(&pairs).into_bytes(), Some("application/x-www-form-urlencoded".to_owned())));
    }
    if let Some(parts) = request.multipart.as_ref().filter(|parts| !parts.is_empty()) {
        let parts = parts.iter().map(|part| fill_part(part, variables, folder)).collect::<Result<Vec<_>, _>>()?;
        let boundary = multipart::boundary(&parts);
        let media_type = format!("multipart/form-data; boundary={boundary}");
        return Ok((multipart::encode(&parts, &boundary), Some(media_type)));
    }
    let json = Some("application/json".to_owned());
    let xml = Some("application/xml".to_owned());
    Ok(match &request.body {
        None => (Vec::new(), None),
        Some(Body::Json(text)) => (text.fill_json(variables).map_err(|error| error.to_string())?.into_bytes(), json),
        Some(Body::Xml(text)) => (filled(text)?.into_bytes(), xml),
        Some(Body::OneLine(text)) => (filled(text)?.into_bytes(), None),
        Some(Body::Bytes(bytes)) => (bytes.clone(), None),
        Some(Body::File(path)) => (read_file(folder, &filled(path)?)?, None),
        Some(Body::Text { language, text }) => match language.as_str() {
            "json" => (filled(text)?.into_bytes(), json),
            "xml" => (filled(text)?.into_bytes(), xml),
            "graphql" => (graphql(&filled(text)?)?, json),
            _ => (filled(text)?.into_bytes(), None),
        },
    })
}

fn fill_part(part: &Part, variables: &Variables, folder: &Path) -> Result<FilledPart, String> {
    let filled = |template: &Template| template.fill(variables).map_err(|error| error.to_string());
    let name = filled(&part.name)?;
    Ok(match &part.content {
        PartContent::Text(text) => FilledPart { name, file: None, bytes: filled(text)?.into_bytes() },
        PartContent::File { path, media_type } => {
            let path = filled(path)?;
            let media_type = match media_type {
                Some(media_type) => filled(media_type)?,
                None => multipart::media_type(&path).to_owned(),
            };
            let bytes = read_file(folder, &path)?;
            FilledPart { name, file: Some((path, media_type)), bytes }
        }
    })
}

/// The query as GraphQL servers take it over HTTP; a trailing `variables { … }` goes beside it.
fn graphql(text: &str) -> Result<Vec<u8>, String> {
    let (query, variables) = match text.rsplit_once("\nvariables") {
        Some((query, variables)) => {
            let variables: serde_json::Value = serde_json::from_str(variables.trim())
                .map_err(|error| format!("the variables of this GraphQL request are no JSON: {error}"))?;
            (query, Some(variables))
        }
        None => (text, None),
    };
    let mut body = serde_json::json!({ "query": query.trim() });
    if let Some(variables) = variables {
        body["variables"] = variables;
    }
    Ok(body.to_string().into_bytes())
}

/// Writes `bytes` to a file within `folder`. The error is a sentence.
pub(super) fn write_file(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), String> {
    let unwritable = |error: std::io::Error| format!("the file `{path}` cannot be written: {error}");
    let folder = folder.canonicalize().map_err(unwritable)?;
    let full = folder.join(path);
    let parent = full.parent().unwrap_or(&folder).canonicalize().map_err(unwritable)?;
    let name = full.file_name().ok_or_else(|| format!("`{path}` names no file"))?;
    // A link would lead elsewhere after all.
    let is_link = std::fs::symlink_metadata(parent.join(name)).is_ok_and(|found| found.is_symlink());
    if !parent.starts_with(&folder) || is_link {
        return Err(format!("the file `{path}` lies outside of the flow's folder, so it is not written"));
    }
    std::fs::write(parent.join(name), bytes).map_err(unwritable)
}

/// Bytes of a file within `folder`. The error is a sentence.
pub(super) fn read_file(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("the file `{path}` cannot be read: {error}");
    let folder = folder.canonicalize().map_err(unreadable)?;
    let full = folder.join(path).canonicalize().map_err(unreadable)?;
    if !full.starts_with(&folder) {
        return Err(format!("the file `{path}` lies outside of the runbook's folder, so it is not sent"));
    }
    std::fs::read(full).map_err(unreadable)
}
