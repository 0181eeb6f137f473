//! Renews what clients hold: a session that came signed with a rotation's other key goes out signed with the current one, so
//! that the old key can be taken away without signing anybody out.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use fleet_kit::cookies;

use super::SESSION_COOKIE;
use crate::state::Shared;

/// Carries a renewed token to whoever sent the old one as a bearer.
const RENEWED: HeaderName = HeaderName::from_static("x-renewed-token");

/// Where the extractors leave a renewed token for the answer.
#[derive(Clone, Default)]
pub(super) struct Renewal(Arc<Mutex<Option<String>>>);

impl Renewal {
    pub(super) fn note(&self, token: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }
}

/// The layer around everything that people sign in for.
pub async fn renew(State(state): State<Shared>, mut request: Request, next: Next) -> Response {
    let renewal = Renewal::default();
    request.extensions_mut().insert(renewal.clone());
    let by_cookie = !request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.run(request).await;
    let renewed = renewal.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(token) = renewed else { return response };
    metrics::counter!("sessions_renewed_total").increment(1);
    let (name, value) = match by_cookie {
        true => {
            let seconds = state.sessions.lifetime().as_secs();
            (header::SET_COOKIE, cookies::set(SESSION_COOKIE, &token, seconds, state.secure_cookies).ok())
        }
        false => (RENEWED, HeaderValue::from_str(&token).ok()),
    };
    // An answer that sets the cookie itself (a sign-out) knows better.
    if let Some(value) = value.filter(|_| !response.headers().contains_key(&name)) {
        response.headers_mut().insert(name, value);
    }
    response
}
