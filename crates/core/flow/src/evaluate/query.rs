//! Takes a part out of a response.

use md5::Digest as _;
use regex::Regex;

use super::{Response, cookie, json_path};
use crate::model::{HttpVersion, Query};
use crate::value::{Value, Variables};

/// The part that `query` names; `None` when the response has none. The error is a sentence.
pub(super) fn query(query: &Query, response: &Response, variables: &Variables) -> Result<Option<Value>, String> {
    let filled = |template: &crate::Template| template.fill(variables).map_err(|error| error.to_string());
    Ok(match query {
        Query::Status => Some(Value::Integer(response.status.into())),
        Query::Version => Some(Value::Text(version(response.version).to_owned())),
        Query::Url => Some(Value::Text(response.url.clone())),
        Query::Redirects => Some(redirects(response)),
        Query::Ip => Some(Value::Text(response.ip.clone())),
        Query::Header(name) => header(&filled(name)?, response),
        Query::Cookie(path) => cookie::query(&filled(path)?, response),
        Query::Body => Some(Value::Text(response.text()?)),
        Query::Bytes => Some(Value::Bytes(response.body.clone())),
        Query::RawBytes => Some(Value::Bytes(response.raw_body.clone())),
        Query::JsonPath(path) => {
            let json =
                serde_json::from_str(&response.text()?).map_err(|error| format!("the body is no JSON: {error}"))?;
            json_path::find(&filled(path)?, &json)?
        }
        Query::Regex(pattern) => first_group(&filled(pattern)?, &response.text()?)?,
        Query::Variable(name) => variables.get(&filled(name)?).cloned(),
        Query::Duration => Some(Value::Integer(response.duration_ms as i64)),
        Query::Sha256 => Some(Value::Bytes(sha2::Sha256::digest(&response.body).to_vec())),
        Query::Md5 => Some(Value::Bytes(md5::Md5::digest(&response.body).to_vec())),
    })
}

fn version(version: HttpVersion) -> &'static str {
    version.text().trim_start_matches("HTTP/")
}

fn redirects(response: &Response) -> Value {
    let object = |location: &String| Value::Object(vec![("location".to_owned(), Value::Text(location.clone()))]);
    Value::List(response.redirects.iter().map(object).collect())
}

fn header(name: &str, response: &Response) -> Option<Value> {
    let mut values: Vec<Value> = response.header(name).map(|value| Value::Text(value.to_owned())).collect();
    if values.len() > 1 { Some(Value::List(values)) } else { values.pop() }
}

/// First group of the first match, or the whole match when the pattern has no group.
pub(super) fn first_group(pattern: &str, text: &str) -> Result<Option<Value>, String> {
    let regex = Regex::new(pattern).map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
    let captures = regex.captures(text);
    let group = captures.and_then(|captures| captures.get(usize::from(regex.captures_len() > 1)));
    Ok(group.map(|group| Value::Text(group.as_str().to_owned())))
}
