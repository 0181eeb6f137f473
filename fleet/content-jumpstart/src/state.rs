//! What every handler may use.

use std::sync::Arc;
use std::time::Duration;

use fleet_kit::Faults;
use fleet_kit::passwords::Passwords;
use fleet_kit::quota::Quota;
use fleet_kit::sign_ins::SignIns;
use fleet_kit::tokens::Tokens;

use crate::generation::Worker;
use crate::store::Store;
use crate::web::FrontEnd;

/// Shared by all requests.
pub type Shared = Arc<State>;

/// The service's parts.
pub struct State {
    pub store: Arc<Store>,
    pub worker: Arc<Worker>,
    pub tokens: Tokens,
    pub refresh_lifetime: Duration,
    pub passwords: Passwords,
    pub front_end: FrontEnd,
    pub faults: Faults,
    /// Whether people may register themselves.
    pub registration_open: bool,
    /// Sign-ins and registrations.
    pub sign_ins: SignIns,
    /// Requests of one user.
    pub requests: Quota,
    /// Posts that one user has written anew.
    pub rewrites: Quota,
}

/// Faults that this service alone has.
pub const FAULTS: [&str; 4] = [crate::store::EXHAUSTED, MISSING_ASSET, BROKEN_AUTH, UNAVAILABLE];
/// The script of the front end is not found.
pub const MISSING_ASSET: &str = "missing-asset";
/// Tokens are signed with a key that nobody else knows.
pub const BROKEN_AUTH: &str = "broken-auth";
/// Every answer is 503, health's, too.
pub const UNAVAILABLE: &str = "unavailable";
