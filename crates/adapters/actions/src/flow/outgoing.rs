//! A request with all its templates filled in, ready to be sent.

use std::path::Path;

use base64::Engine as _;
use callsheet_flow::{Body, FillError, Pair, Part, PartContent, Request, Template, Variables};
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
    let url = filled(&request.url)?;
    let mut url = Url::parse(&url).map_err(|error| problem(format!("`{url}` is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(problem(format!("`{url}` is no address that HTTP reaches")));
    }
    let query = pairs(&request.query)?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let mut headers = pairs(&request.headers)?;
    headers.extend(settings.headers.iter().cloned());
    let (body, media_type) = body(request, variables, folder).map_err(problem)?;
    if let Some(media_type) = media_type {
        add_missing(&mut headers, "Content-Type", media_type);
    }
    add_missing(&mut headers, "Accept", "*/*".to_owned());
    if settings.compressed {
        add_missing(&mut headers, "Accept-Encoding", "gzip, deflate".to_owned());
    }
    let login = match &request.basic_auth {
        Some(pair) => Some(format!("{}:{}", filled(&pair.name)?, filled(&pair.value)?)),
        None => settings.user.clone(),
    };
    if let Some(login) = login {
        let encoded = base64::engine::general_purpose::STANDARD.encode(login);
        add_missing(&mut headers, "Authorization", format!("Basic {encoded}"));
    }
    let cookies = pairs(&request.cookies)?.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(Outgoing { method, url, headers, cookies, body })
}

fn fill_pairs(pairs: &[Pair], variables: &Variables) -> Result<Vec<(String, String)>, FillError> {
    pairs.iter().map(|pair| Ok((pair.name.fill(variables)?, pair.value.fill(variables)?))).collect()
}

fn add_missing(headers: &mut Vec<(String, String)>, name: &str, value: String) {
    if !headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name)) {
        headers.push((name.to_owned(), value));
    }
}

/// The body's bytes and the media type that its kind implies. Errors are sentences.
fn body(request: &Request, variables: &Variables, folder: &Path) -> Result<(Vec<u8>, Option<String>), String> {
    let filled = |template: &Template| template.fill(variables).map_err(|error| error.to_string());
    if let Some(form) = &request.form {
        let pairs = fill_pairs(form, variables).map_err(|error| error.to_string())?;
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        return Ok((encoded.into_bytes(), Some("application/x-www-form-urlencoded".to_owned())));
    }
    if let Some(parts) = &request.multipart {
        let parts = parts.iter().map(|part| fill_part(part, variables, folder)).collect::<Result<Vec<_>, _>>()?;
        let boundary = multipart::boundary(&parts);
        let media_type = format!("multipart/form-data; boundary={boundary}");
        return Ok((multipart::encode(&parts, &boundary), Some(media_type)));
    }
    let json = Some("application/json".to_owned());
    let xml = Some("application/xml".to_owned());
    Ok(match &request.body {
        None => (Vec::new(), None),
        Some(Body::Json(text)) => (filled(text)?.into_bytes(), json),
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
            let base = path.rsplit('/').next().unwrap_or(&path).to_owned();
            FilledPart { name, file: Some((base, media_type)), bytes: read_file(folder, &path)? }
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
    let mut body = serde_json::json!({ "query": query.trim_end() });
    if let Some(variables) = variables {
        body["variables"] = variables;
    }
    Ok(body.to_string().into_bytes())
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
