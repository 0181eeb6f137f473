//! Failures as RFC 9457 problem details: what the client is told, apart from what the log keeps.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::request;

/// One field of a request that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// The field's name; dots lead into objects (`content.text`).
    pub field: String,
    /// A stable word for programs: `missing`, `type`, `length`, `choice`, `unknown`, `text`, `unavailable`, ….
    pub code: &'static str,
    /// For people: what is wrong and what is wanted.
    pub detail: String,
}

/// An answer with `content-type: application/problem+json`.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The answer's status.
    pub status: StatusCode,
    /// A stable slug; the problem's `type` is `urn:problem:SLUG`.
    pub slug: &'static str,
    /// What happened and what to do, for the client's person.
    pub detail: String,
    /// The fields at fault.
    pub errors: Vec<FieldFault>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldFault],
}

impl Problem {
    /// A problem of any kind.
    pub fn new(status: StatusCode, slug: &'static str, detail: impl Into<String>) -> Problem {
        Problem { status, slug, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// 400: the request cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 401: who is asking is not known.
    pub fn unauthenticated(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing, or the asker may not know of it. `what` is a noun ("universe").
    pub fn not_found(what: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", format!("there is no such {what}"))
    }

    /// 409: it contradicts what is there.
    pub fn conflict(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// 412: the thing was changed since it was read.
    pub fn stale(current_version: i64) -> Problem {
        let detail = format!(
            "it was changed meanwhile and is at version {current_version}; read it again and repeat the change"
        );
        Problem::new(StatusCode::PRECONDITION_FAILED, "stale", detail)
    }

    /// 422: readable, but these fields are refused.
    pub fn invalid(errors: Vec<FieldFault>) -> Problem {
        let noun = if errors.len() == 1 { "field is" } else { "fields are" };
        let detail = format!("{} {noun} refused; `errors` says why", errors.len());
        Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// 500: our fault. The cause goes to the log, here; the client gets the request's id to name.
    pub fn internal(doing: &str, cause: &dyn std::fmt::Display) -> Problem {
        tracing::error!(doing, error = %cause, "request failed");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something failed on our side; the log has it under this request id",
        )
    }

    /// 503: come back later.
    pub fn unavailable(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// What a page's person is told: each field's fault as a sentence, else the detail.
    pub fn told(&self) -> String {
        match self.errors.as_slice() {
            [] => as_sentence(&self.detail),
            faults => faults.iter().map(|fault| as_sentence(&fault.detail)).collect::<Vec<_>>().join(" "),
        }
    }

    /// Adds a header to the answer.
    pub fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Problem {
        self.headers.push((name, value));
        self
    }
}

/// A detail begins small, ends open and marks names by backticks, as in JSON; a page shows a sentence.
fn as_sentence(detail: &str) -> String {
    let plain = detail.replace('`', "");
    let mut letters = plain.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: format!("urn:problem:{}", self.slug),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            request_id: request::current_id(),
            errors: &self.errors,
        };
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_sentences() {
        assert_eq!(Problem::not_found("film").told(), "There is no such film.");
        let fault =
            |field: &str, detail: &str| FieldFault { field: field.to_owned(), code: "text", detail: detail.to_owned() };
        let problem =
            Problem::invalid(vec![fault("email", "`email` is no e-mail address"), fault("name", "żółw is taken")]);
        assert_eq!(problem.told(), "Email is no e-mail address. Żółw is taken.");
    }
}
