//! Places where a test lets the keeper die, as `kill -9` would. Not in release builds.

/// Dies here if `CALLSHEET_KEEPER_DIES` names this place.
pub(super) fn failpoint(place: &str) {
    if cfg!(debug_assertions) && std::env::var("CALLSHEET_KEEPER_DIES").is_ok_and(|named| named == place) {
        let me = rustix::process::getpid();
        // Should the signal not come at once, waiting for it is all that is left to do.
        while rustix::process::kill_process(me, rustix::process::Signal::KILL).is_ok() {}
    }
}
