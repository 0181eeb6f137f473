//! Cookies, and whether a form was sent from our own pages.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::problem::Problem;

/// The value of the cookie called `name`.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A cookie that scripts cannot read and other sites' forms do not send; `seconds` 0 takes it away.
pub fn set(name: &str, value: &str, seconds: u64, https_only: bool) -> Result<HeaderValue, Problem> {
    let secure = if https_only { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(|error| Problem::internal("setting a cookie", &error))
}

/// A form posted from another site's page is not the visitor's own wish. Browsers send `Origin` with every post.
pub fn refuse_other_sites(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) if origin.split_once("://").is_some_and(|(_, rest)| rest == host) => Ok(()),
        (None, _) => Ok(()),
        _ => Err(Problem::forbidden("this form was sent from another site's page")),
    }
}
