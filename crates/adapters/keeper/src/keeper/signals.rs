//! The signals a keeper listens to, as a descriptor it can wait on.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/// Wakes the loop when a child ended or the keeper is told to stop.
pub(super) struct Signals {
    woken: UnixStream,
    stop: Arc<AtomicBool>,
}

impl Signals {
    /// From now on these signals no longer end the keeper.
    pub(super) fn listen() -> io::Result<Signals> {
        let (woken, wakes) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        wakes.set_nonblocking(true)?;
        let stop = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGTERM, Arc::clone(&stop))?;
        signal_hook::low_level::pipe::register(SIGTERM, wakes.try_clone()?)?;
        signal_hook::low_level::pipe::register(SIGCHLD, wakes)?;
        for ignored in [SIGHUP, SIGINT, SIGQUIT] {
            signal_hook::flag::register(ignored, Arc::new(AtomicBool::new(false)))?;
        }
        Ok(Signals { woken, stop })
    }

    /// What to wait on.
    pub(super) fn descriptor(&self) -> &UnixStream {
        &self.woken
    }

    /// Forgets the wakes so far.
    pub(super) fn clear(&mut self) {
        let mut bytes = [0; 256];
        while matches!(self.woken.read(&mut bytes), Ok(length) if length > 0) {}
    }

    /// True after SIGTERM.
    pub(super) fn told_to_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
