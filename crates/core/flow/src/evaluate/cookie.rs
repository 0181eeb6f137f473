//! `Set-Cookie` headers, read for the query `cookie "name[Attribute]"`.

use super::Response;
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

    fn attribute(&self, wanted: &str) -> Option<Value> {
        let (name, value) = self.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        Some(match (name.to_ascii_lowercase().as_str(), value) {
            ("secure" | "httponly", _) | (_, None) => Value::Bool(true),
            ("max-age", Some(value)) => value.parse().map_or_else(|_| Value::Text(value.clone()), Value::Integer),
            (_, Some(value)) => Value::Text(value.clone()),
        })
    }
}

/// The value of `name` or `name[Attribute]`.
pub(super) fn query(path: &str, response: &Response) -> Option<Value> {
    let (name, attribute) = match path.strip_suffix(']').and_then(|path| path.split_once('[')) {
        Some((name, attribute)) => (name, Some(attribute)),
        None => (path, None),
    };
    let cookie = response.header("set-cookie").filter_map(Cookie::read).find(|cookie| cookie.name == name)?;
    match attribute {
        None | Some("Value") => Some(Value::Text(cookie.value)),
        Some(attribute) => cookie.attribute(attribute),
    }
}
