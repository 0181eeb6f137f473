//! How far a backup or restore is: a line on a terminal that is written anew, elsewhere a line now and then.

use std::time::Duration;

use callsheet_backup_tools::Progress;

use super::show::{clock, size};
use crate::context::Context;

/// Between two lines where nobody watches.
const NOW_AND_THEN: Duration = Duration::from_secs(30);

/// Between two on a terminal.
const OFTEN: Duration = Duration::from_millis(200);

/// Tells progress on stderr.
pub(crate) struct Bar<'c> {
    context: &'c Context,
    what: &'static str,
    told: Duration,
    shown: bool,
}

impl<'c> Bar<'c> {
    pub(crate) fn new(what: &'static str, context: &'c Context) -> Bar<'c> {
        Bar { context, what, told: Duration::ZERO, shown: false }
    }

    /// Told of progress.
    pub(crate) fn watch(&mut self, progress: Progress) {
        let terminal = self.context.screen.interactive;
        let pause = if terminal { OFTEN } else { NOW_AND_THEN };
        if progress.elapsed < self.told + pause {
            return;
        }
        self.told = progress.elapsed;
        self.shown = true;
        let line = line(self.what, progress);
        // The backup goes on whether anybody reads of it or not.
        let _said = match terminal {
            true => self.context.screen.talk(&format!("\r\x1b[K{line}")),
            false => self.context.screen.talk(&format!("{line}\n")),
        };
    }

    /// Leaves the terminal's line free.
    pub(crate) fn clear(self) {
        if self.shown && self.context.screen.interactive {
            // As above.
            let _said = self.context.screen.talk("\r\x1b[K");
        }
    }
}

fn line(what: &str, progress: Progress) -> String {
    let seconds = progress.elapsed.as_secs_f64().max(0.001);
    let rate = progress.bytes as f64 / seconds;
    let line = format!("{what} {}, {}/s", size(progress.bytes), size(rate as u64));
    match progress.about.filter(|about| *about > progress.bytes && rate > 0.0) {
        Some(about) => {
            let left = Duration::from_secs_f64((about - progress.bytes) as f64 / rate);
            format!("{line}, {} % of about {}, about {} left", progress.bytes * 100 / about, size(about), clock(left))
        }
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left_are_told() {
        let progress = Progress { bytes: 50_000_000, about: Some(200_000_000), elapsed: Duration::from_secs(10) };
        assert_eq!(
            line("backing up", progress),
            "backing up 50.0 MB, 5.0 MB/s, 25 % of about 200.0 MB, about 30 s left"
        );
        let unknown = Progress { about: None, ..progress };
        assert_eq!(line("backing up", unknown), "backing up 50.0 MB, 5.0 MB/s");
    }
}
