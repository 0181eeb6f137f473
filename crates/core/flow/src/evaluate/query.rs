//! Takes a part out of a response.

use md5::Digest as _;

use super::patterns::pattern;
use super::response::Judged;
use super::{cookie, json_path};
use crate::model::{HttpVersion, Query};
use crate::value::{Value, Variables};

/// The part that `query` names; `None` when the response has none. The error is a sentence.
pub(super) fn query(query: &Query, response: &Judged, variables: &Variables) -> Result<Option<Value>, String> {
    let filled = |template: &crate::Template| template.fill(variables).map_err(|error| error.to_string());
    Ok(match query {
        Query::Status => Some(Value::Integer(response.status.into())),
        Query::Version => Some(Value::Text(version(response.version).to_owned())),
        Query::Url => Some(Value::Text(response.url.clone())),
        Query::Redirects => Some(redirects(response)),
        Query::Ip => Some(Value::Text(response.ip.clone())),
        Query::Header(name) => header(&filled(name)?, response),
        Query::Cookie(name, attribute) => cookie::query(&filled(name)?, *attribute, response)?,
        Query::Body => Some(Value::Text(response.text()?.to_owned())),
        Query::Bytes => Some(Value::Bytes(response.unpacked()?.to_vec())),
        Query::RawBytes => Some(Value::Bytes(response.raw_body.as_ref().unwrap_or(&response.body).clone())),
        Query::JsonPath(path) => json_path::find(&filled(path)?, response.json()?)?,
        Query::Regex(text) => first_group(&filled(text)?, response.text()?)?,
        Query::Variable(name) => variables.get(&filled(name)?).cloned(),
        Query::Duration => Some(Value::Integer(response.duration_ms as i64)),
        Query::Sha256 => Some(Value::Bytes(sha2::Sha256::digest(response.unpacked()?).to_vec())),
        Query::Foreign(foreign) => return Err(foreign.fault().message),
        Query::Md5 => Some(Value::Bytes(md5::Md5::digest(response.unpacked()?).to_vec())),
    })
}

fn version(version: HttpVersion) -> &'static str {
    version.text().trim_start_matches("HTTP/")
}

fn redirects(response: &Judged) -> Value {
    let redirects = response.redirects.iter().map(|redirect| {
        Value::Object(vec![
            ("location".to_owned(), Value::Text(redirect.location.clone())),
            ("status".to_owned(), Value::Integer(redirect.status.into())),
        ])
    });
    Value::List(redirects.collect())
}

fn header(name: &str, response: &Judged) -> Option<Value> {
    let mut values: Vec<Value> = response.header(name).map(|value| Value::Text(value.to_owned())).collect();
    if values.len() > 1 { Some(Value::List(values)) } else { values.pop() }
}

/// First group of the first match; nothing when the pattern has no group.
pub(super) fn first_group(text: &str, searched: &str) -> Result<Option<Value>, String> {
    let group =
        pattern(text)?.captures(searched).and_then(|captures| captures.get(1).map(|group| group.as_str().to_owned()));
    Ok(group.map(Value::Text))
}
