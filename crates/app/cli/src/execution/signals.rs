//! Signals that ask us to stop: the run is left in good order, and stays on record.

use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::keyboard::give_back;
use crate::failure::Failure;

/// Calls `stop` at the first signal; a second one ends the process at once, as it would without us.
pub fn on_stop(stop: impl Fn() + Send + 'static) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::environment("cannot listen for signals").because(&error);
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(failed)?;
    let listen = move || {
        for (count, signal) in signals.forever().enumerate() {
            // The second time whoever sends it means it; what was recorded is safe.
            if count > 0 {
                give_back();
                if emulate_default_handler(signal).is_ok() {
                    return;
                }
            }
            stop();
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(listen).map_err(failed)?;
    Ok(())
}
