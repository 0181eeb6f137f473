//! What every handler may use.

use std::sync::Arc;

use fleet_kit::passwords::Passwords;
use fleet_kit::sign_ins::SignIns;
use fleet_kit::tokens::Tokens;

use crate::cache::Cache;
use crate::figures::Tally;
use crate::pages::Templates;
use crate::store::Store;

/// Shared by all requests.
pub type Shared = Arc<State>;

/// The service's parts.
pub struct State {
    pub store: Arc<Store>,
    pub cache: Arc<Cache>,
    pub tally: Tally,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub sign_ins: SignIns,
    pub templates: Templates,
    /// Whether people may register themselves.
    pub registration_open: bool,
    /// How large a script may be.
    pub script_bytes_most: usize,
    /// Cookies are sent by HTTPS only.
    pub secure_cookies: bool,
    pub version: String,
}
