//! The signals a supervisor listens to, as a descriptor it can wait on.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1};

/// Wakes a loop when a child ended or the supervisor is told something.
#[derive(Debug)]
pub struct Signals {
    woken: UnixStream,
    stop: Arc<AtomicBool>,
    user: Arc<AtomicBool>,
}

impl Signals {
    /// From now on these signals no longer end this process.
    pub fn listen() -> io::Result<Signals> {
        let (woken, wakes) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        wakes.set_nonblocking(true)?;
        let (stop, user) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        for (signal, flag) in [(SIGTERM, &stop), (SIGUSR1, &user)] {
            signal_hook::flag::register(signal, Arc::clone(flag))?;
            signal_hook::low_level::pipe::register(signal, wakes.try_clone()?)?;
        }
        signal_hook::low_level::pipe::register(SIGCHLD, wakes)?;
        for ignored in [SIGHUP, SIGINT, SIGQUIT] {
            signal_hook::flag::register(ignored, Arc::new(AtomicBool::new(false)))?;
        }
        Ok(Signals { woken, stop, user })
    }

    /// What to wait on.
    pub fn descriptor(&self) -> &UnixStream {
        &self.woken
    }

    /// Forgets the wakes so far.
    pub fn clear(&mut self) {
        let mut bytes = [0; 256];
        while matches!(self.woken.read(&mut bytes), Ok(length) if length > 0) {}
    }

    /// True after SIGTERM.
    pub fn told_to_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// True once after each SIGUSR1.
    pub fn take_user(&self) -> bool {
        self.user.swap(false, Ordering::Relaxed)
    }
}
