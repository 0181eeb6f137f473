//! `Set-Cookie` headers, read for the query `cookie "name[Attribute]"`.

use super::Response;
use crate::model::CookieAttribute;
use crate::value::Value;

/// A cookie that the response sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Attributes in order; flags have no value.
    pub attributes: Vec<(String, Option<String>)>,
}

impl Cookie {
    /// When it goes, by its `Expires`.
    pub fn expires(&self) -> Option<jiff::Timestamp> {
        cookie_expiry(self.attribute("expires").flatten()?)
    }

    /// Reads one header's value; `None` without a name.
    pub fn read(header: &str) -> Option<Cookie> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let attributes = parts
            .filter(|part| !part.is_empty())
            .map(|part| match part.split_once('=') {
                Some((name, value)) => (name.trim().to_owned(), Some(value.trim().to_owned())),
                None => (part.to_owned(), None),
            })
            .collect();
        Some(Cookie { name: name.trim().to_owned(), value: value.trim().to_owned(), attributes })
    }

    /// The attribute's value; `Some(None)` for a flag.
    pub fn attribute(&self, wanted: &str) -> Option<Option<&str>> {
        let found = self.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_deref())
    }
}

/// A part of the cookie `name`. The error is a sentence.
pub(super) fn query(name: &str, part: CookieAttribute, response: &Response) -> Result<Option<Value>, String> {
    let cookies = response.header("set-cookie").filter_map(Cookie::read);
    let Some(cookie) = { cookies }.find(|cookie| cookie.name == name) else { return Ok(None) };
    let text = |wanted: &str| cookie.attribute(wanted).flatten().map(|value| Value::Text(value.to_owned()));
    let flag = |wanted: &str| cookie.attribute(wanted).map(|_| Value::Unit);
    Ok(match part {
        CookieAttribute::Value => Some(Value::Text(cookie.value.clone())),
        CookieAttribute::Expires => match cookie.attribute("expires").flatten() {
            Some(text) => Some(date(text)?),
            None => None,
        },
        CookieAttribute::MaxAge => {
            cookie.attribute("max-age").flatten().and_then(|age| age.parse().ok()).map(Value::Integer)
        }
        CookieAttribute::Domain => text("domain"),
        CookieAttribute::Path => text("path"),
        CookieAttribute::Secure => flag("secure"),
        CookieAttribute::HttpOnly => flag("httponly"),
        CookieAttribute::SameSite => text("samesite"),
    })
}

/// When a cookie goes: as in mail, or with dashes in the date.
fn date(text: &str) -> Result<Value, String> {
    match cookie_expiry(text) {
        Some(instant) => Ok(Value::Date(instant.as_nanosecond())),
        None => Err(format!("`{text}` is no date that a cookie could expire on")),
    }
}

/// The instant of an `Expires` attribute.
pub(crate) fn cookie_expiry(text: &str) -> Option<jiff::Timestamp> {
    let mail = jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    let dashed = || {
        let civil = jiff::civil::DateTime::strptime("%a, %d-%b-%Y %H:%M:%S GMT", text).ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    };
    mail.or_else(dashed)
}
