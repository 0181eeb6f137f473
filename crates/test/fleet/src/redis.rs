//! One Redis for all tests of a program.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use callsheet_servers::Redis;

static SHARED: Mutex<Weak<Redis>> = Mutex::new(Weak::new());

/// The Redis that all tests of this program share; it ends with the last test that holds it.
pub fn shared_redis() -> Arc<Redis> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let fresh = Arc::new(Redis::start());
        *shared = Arc::downgrade(&fresh);
        fresh
    })
}
