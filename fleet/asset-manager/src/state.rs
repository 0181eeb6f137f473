//! What every handler may use.

use std::sync::Arc;

use fleet_kit::sign_ins::SignIns;

use crate::identity::{Passwords, Tokens};
use crate::media::{Staging, Storage};
use crate::pages::Templates;
use crate::pictures::Provider;
use crate::store::Store;

/// Shared by all requests.
pub type Shared = Arc<State>;

/// The service's parts.
pub struct State {
    pub store: Arc<dyn Store>,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub sign_ins: SignIns,
    pub templates: Templates,
    pub staging: Staging,
    pub media: Arc<Storage>,
    pub pictures: Box<dyn Provider>,
    /// Whether people may register themselves.
    pub registration_open: bool,
    /// Cookies are sent by HTTPS only.
    pub secure_cookies: bool,
    pub version: String,
}
