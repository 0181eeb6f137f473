//! Answers of the edge's own.

use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

/// Why a request is not carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It can be read in two ways, or names no host.
    Malformed,
    /// The client's body broke off or was malformed.
    BodyBroke,
    /// No route fits.
    NoRoute,
    /// Its body is larger than the route allows.
    TooLarge,
    /// It asks for what a proxy does not do.
    NotAllowed,
    /// The service is held and it waited long enough, or too many do.
    Held,
    /// No instance is there.
    Nobody,
    /// An instance was there, but its answer was not.
    Broken,
    /// No answer came in time.
    Late,
}

impl Refusal {
    /// Its status.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Refusal::Malformed | Refusal::BodyBroke => StatusCode::BAD_REQUEST,
            Refusal::NoRoute => StatusCode::NOT_FOUND,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::Held | Refusal::Nobody => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Broken => StatusCode::BAD_GATEWAY,
            Refusal::Late => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Refusal::Malformed => "The request is malformed.\n",
            Refusal::BodyBroke => "The request's body is malformed or broke off.\n",
            Refusal::NoRoute => "No service is here.\n",
            Refusal::TooLarge => "The request is larger than this service takes.\n",
            Refusal::NotAllowed => "This method is not carried.\n",
            Refusal::Held | Refusal::Nobody => "The service is not available for a moment. Please try again.\n",
            Refusal::Broken => "The service did not answer.\n",
            Refusal::Late => "The service did not answer in time.\n",
        }
    }

    /// Whether the connection can carry no further request, because nobody knows where it would begin.
    fn closes(self) -> bool {
        matches!(self, Refusal::Malformed | Refusal::BodyBroke | Refusal::TooLarge)
    }

    /// The answer; `page` stands for the words where the service is away.
    pub(crate) fn response(self, page: Option<&Bytes>) -> Response<Bytes> {
        let away = matches!(self, Refusal::Held | Refusal::Nobody | Refusal::Broken | Refusal::Late);
        let page = page.filter(|_| away);
        let kind = if page.is_some() { "text/html; charset=utf-8" } else { "text/plain; charset=utf-8" };
        let body = page.cloned().unwrap_or(Bytes::from_static(self.words().as_bytes()));
        let mut response = Response::new(body);
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if matches!(self, Refusal::Held | Refusal::Nobody) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if self.closes() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
