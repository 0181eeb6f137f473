//! The lines that `callsheet flow` prints: one per request, two more per problem.

use serde::Serialize;

/// One request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Address.
    pub url: String,
    /// `HTTP 200`, or `no response`.
    pub status: String,
    /// To the last byte, in milliseconds.
    pub took_ms: u64,
    /// `try 2`, or empty.
    pub tries: String,
    /// What was not as wanted, line by line.
    pub problems: Vec<String>,
}

/// The requests in a text; `None` if it is anything else, even in part.
pub fn requests(text: &str) -> Option<Vec<Request>> {
    let mut found: Vec<Request> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("  ") {
            Some(problem) => found.last_mut()?.problems.push(problem.to_owned()),
            None => found.push(request(line)?),
        }
    }
    (!found.is_empty()).then_some(found)
}

/// `GET http://… → HTTP 200, 12 ms, try 2`.
fn request(line: &str) -> Option<Request> {
    let (asked, answered) = line.rsplit_once(" → ")?;
    let (method, url) = asked.split_once(' ')?;
    let mut parts = answered.split(", ");
    let status = parts.next()?;
    let took_ms = parts.next()?.strip_suffix(" ms")?.parse().ok()?;
    let tries = parts.next().unwrap_or_default();
    if parts.next().is_some() || !(tries.is_empty() || tries.starts_with("try ")) {
        return None;
    }
    let owned = str::to_owned;
    Some(Request {
        method: owned(method),
        url: owned(url),
        status: owned(status),
        took_ms,
        tries: owned(tries),
        problems: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_back() {
        let text = "GET http://h/a → HTTP 200, 12 ms\nPOST http://h/b → HTTP 500, 1200 ms, try 2\n  line 4: HTTP 201\n    actual:   500\n";
        let found = requests(text).unwrap();
        assert_eq!((found[0].url.as_str(), found[0].took_ms), ("http://h/a", 12));
        assert_eq!((found[1].status.as_str(), found[1].tries.as_str()), ("HTTP 500", "try 2"));
        assert_eq!(found[1].problems, ["line 4: HTTP 201", "  actual:   500"]);
    }

    #[test]
    fn other_text_is_none() {
        for text in ["", "hello", "  a problem of nothing", "GET x → HTTP 200, soon"] {
            assert_eq!(requests(text), None, "{text:?}");
        }
    }
}
