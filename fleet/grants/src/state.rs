//! What every handler may use.

use std::sync::Arc;

use fleet_kit::Faults;
use fleet_kit::passwords::Passwords;
use fleet_kit::redis::{Listener, Redis};
use fleet_kit::sessions::Sessions;
use fleet_kit::uploads::Staging;

use crate::afm::Keys;
use crate::generation::Generation;
use crate::pages::Templates;
use crate::store::Store;

/// Shared by all requests.
pub type Shared = Arc<State>;

/// The service's parts.
pub struct State {
    pub generation: Generation,
    pub store: Store,
    pub redis: Redis,
    pub sessions: Sessions,
    pub passwords: Passwords,
    pub keys: Keys,
    pub staging: Staging,
    pub templates: Templates,
    /// What happens to budgets, in whichever instance.
    pub events: Listener,
    pub faults: Faults,
    /// Sign-ins that each client may try at each account in a minute.
    pub sign_ins_per_minute: u64,
    /// Cookies are sent by HTTPS only.
    pub secure_cookies: bool,
    pub version: String,
}
