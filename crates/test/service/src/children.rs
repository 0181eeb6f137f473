//! Grandchildren whose parent is gone and who left its process group: the kind that is easily forgotten.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The argument that makes this program such a grandchild.
pub(crate) const SLEEP: &str = "--sleep-for-long";

/// Starts so many; nobody waits for them.
pub(crate) fn leave(count: usize) -> std::io::Result<()> {
    for _ in 0..count {
        let me = std::env::current_exe()?;
        // The end of a pipe would be noticed; nothing of this is.
        let quiet = || Stdio::null();
        Command::new(me).arg(SLEEP).process_group(0).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn()?;
    }
    Ok(())
}

/// Ten minutes, whatever SIGTERM says: it is ignored.
pub(crate) fn sleep_for_long() -> ! {
    let ignored = signal_hook::flag::register(signal_hook::consts::SIGTERM, Default::default());
    std::thread::sleep(Duration::from_secs(600));
    crate::end(i32::from(ignored.is_err()));
}
