//! What a query or a form gives: texts that can be stored and shown. A text too long for anything, or with control characters
//! other than tabs and line ends (PostgreSQL refuses a NUL), is refused before a handler sees it.

use axum::body::Body;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, RawForm, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use crate::problem::{FieldFault, Problem};

/// The longest text of a query, in characters.
const QUERY_TEXT_MOST: usize = 500;
/// The longest text of a form, in characters; a handler sets its own, narrower limits.
const FORM_TEXT_MOST: usize = 250_000;

type Pairs = Vec<(String, String)>;

/// A query as axum reads it, of sound texts.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

/// A form as axum reads it, of sound texts.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Problem> {
        let unread = |rejection: QueryRejection| Problem::malformed(rejection.body_text());
        let axum::extract::Query(pairs) = axum::extract::Query::<Pairs>::try_from_uri(&parts.uri).map_err(unread)?;
        check(&pairs, QUERY_TEXT_MOST)?;
        let axum::extract::Query(read) = axum::extract::Query::try_from_uri(&parts.uri).map_err(unread)?;
        Ok(Query(read))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Form<T>, Problem> {
        let RawForm(bytes) = RawForm::from_request(request, state).await.map_err(|rejection| {
            refused(rejection.into_response().status(), "the form cannot be read; send it as a browser does".to_owned())
        })?;
        let again = || -> Result<Request, Problem> {
            let request = Request::builder().method(Method::POST);
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            request.body(Body::from(bytes.clone())).map_err(|error| Problem::internal("reading a form", &error))
        };
        let unread = |rejection: FormRejection| {
            let status = rejection.status();
            refused(status, format!("the form cannot be read: {}", rejection.body_text()))
        };
        let axum::Form(pairs) = axum::Form::<Pairs>::from_request(again()?, state).await.map_err(unread)?;
        check(&pairs, FORM_TEXT_MOST)?;
        let axum::Form(read) = axum::Form::from_request(again()?, state).await.map_err(unread)?;
        Ok(Form(read))
    }
}

fn refused(status: StatusCode, detail: String) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(status, "too-large", "the form is larger than this service takes")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(status, "media-type", detail),
        _ => Problem::malformed(detail),
    }
}

fn check(pairs: &Pairs, length_most: usize) -> Result<(), Problem> {
    let faults: Vec<FieldFault> = pairs.iter().filter_map(|pair| fault(pair, length_most)).take(20).collect();
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
}

fn fault((name, text): &(String, String), length_most: usize) -> Option<FieldFault> {
    let field: String = name.chars().take(80).filter(|letter| !letter.is_control()).collect();
    let wrong = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    if text.chars().nth(length_most).is_some() {
        let detail = format!("`{field}` is too long; give at most {length_most} characters");
        return Some(FieldFault { field, code: "length", detail });
    }
    let bad = name.chars().chain(text.chars()).find(wrong)?;
    let detail = format!("`{field}` holds the control character U+{:04X}; remove it", u32::from(bad));
    Some(FieldFault { field, code: "text", detail })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Map = BTreeMap<String, String>;

    async fn query(text: &str) -> Result<Map, Problem> {
        let request = Request::builder().uri(format!("/list?{text}")).body(Body::empty()).unwrap();
        Query::from_request_parts(&mut request.into_parts().0, &()).await.map(|Query(map)| map)
    }

    async fn form(text: String) -> Result<Map, Problem> {
        let request = Request::builder().method(Method::POST);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Form::from_request(request.body(Body::from(text)).unwrap(), &()).await.map(|Form(map)| map)
    }

    fn codes(problem: &Problem) -> Vec<(&str, &str)> {
        problem.errors.iter().map(|fault| (fault.field.as_str(), fault.code)).collect()
    }

    #[tokio::test]
    async fn sound_texts_pass_as_they_are() {
        assert_eq!(query("q=%C5%BC%C3%B3%C5%82w+x&limit=5").await.unwrap()["q"], "żółw x");
        assert_eq!(form("body=one%0D%0Atwo%09three&a=".to_owned()).await.unwrap()["body"], "one\r\ntwo\tthree");
        assert!(query("").await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn control_characters_and_endless_texts_are_refused_with_their_field() {
        assert_eq!(codes(&query("q=a%00b&after=x").await.unwrap_err()), [("q", "text")]);
        assert_eq!(codes(&query("a%00b=x").await.unwrap_err()), [("ab", "text")]);
        assert_eq!(codes(&query(&format!("q={}", "x".repeat(501))).await.unwrap_err()), [("q", "length")]);
        assert_eq!(
            codes(&form("email=%00&title=%1B".to_owned()).await.unwrap_err()),
            [("email", "text"), ("title", "text")]
        );
        assert_eq!(codes(&form(format!("x={}", "y".repeat(250_001))).await.unwrap_err()), [("x", "length")]);
    }

    #[tokio::test]
    async fn what_is_no_form_is_told() {
        let request = Request::builder().method(Method::POST).header(header::CONTENT_TYPE, "application/json");
        let refused = Form::<Map>::from_request(request.body(Body::from("{}")).unwrap(), &()).await.unwrap_err();
        assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}
