//! `callsheet logs --service NAME`: what instances wrote.

use std::io::IsTerminal;

use callsheet_rollout::{Driver, InstanceId};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::{Which, driver, failure};
use crate::screen::Screen;
use crate::settings::Settings;
use crate::view::line::harmless;

/// How much of each log is shown at first, and read at once.
const PART: usize = 64 << 10;

/// Of so many instances that ended the logs are shown.
const MOST_ENDED: usize = 10;

/// How often a followed log is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_millis(200);

/// One instance's log, as far as it was shown.
struct Shown {
    id: InstanceId,
    place: Option<u64>,
    /// The beginning of a line whose end was not written yet.
    begun: Vec<u8>,
}

/// Prints the end of each instance's log, and with `follow` what comes, until no instance is left. With `ended`, or if none is left, also
/// of those that ended.
pub fn execute(which: &Which, ended: bool, follow: bool, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let mut shown: Vec<Shown> = which.list(&settings, context)?.into_iter().map(|seen| Shown::of(seen.id)).collect();
    let none = || Failure::user("no such instance runs here").hint("`callsheet instances` lists what there is");
    if !settings.state.exists() {
        return Err(none());
    }
    let mut driver = driver(&settings, context)?;
    if ended || shown.is_empty() {
        let gone = which.ended(&mut driver)?;
        let from = gone.len().saturating_sub(MOST_ENDED);
        if shown.is_empty() && !gone.is_empty() && !ended {
            context.screen.talk("no such instance runs any more; the last that ended:\n")?;
        }
        shown.splice(0..0, gone.into_iter().skip(from).map(|one| Shown::of(one.id)));
    }
    if shown.is_empty() {
        return Err(none());
    }
    let mut several = shown.len() > 1;
    loop {
        let mut news = false;
        for log in &mut shown {
            news |= log.go_on(&mut driver, several, context.screen)?;
        }
        if news {
            continue;
        }
        if !follow {
            return shown.iter_mut().try_for_each(|log| log.finish(several, context.screen)).map(|()| Exit::Done);
        }
        std::thread::sleep(LOOK);
        let alive = which.among(&mut driver)?;
        if alive.is_empty() {
            shown.iter_mut().try_for_each(|log| log.finish(several, context.screen))?;
            context.screen.talk("no such instance runs any more\n")?;
            return Ok(Exit::Done);
        }
        // A release in progress brings new ones.
        for seen in alive {
            if shown.iter().all(|log| log.id != seen.id) {
                several = true;
                shown.push(Shown::of(seen.id));
            }
        }
    }
}

impl Shown {
    fn of(id: InstanceId) -> Shown {
        Shown { id, place: None, begun: Vec::new() }
    }

    /// Prints whole lines that came; false if nothing came.
    fn go_on(&mut self, driver: &mut dyn Driver, several: bool, screen: Screen) -> Result<bool, Failure> {
        let first = self.place.is_none();
        let part = driver.log_since(&self.id, self.place, PART).map_err(|error| failure(&error))?;
        self.place = Some(part.place);
        self.begun.extend_from_slice(&part.bytes);
        // The first part begins somewhere within a line, unless it is the whole log.
        if first && part.bytes.len() == PART {
            let end = self.begun.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            self.begun.drain(..end);
        }
        let whole = self.begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<u8> = self.begun.drain(..whole).collect();
        self.print(&lines, several, screen)?;
        Ok(!part.bytes.is_empty())
    }

    /// Prints a last line without an end.
    fn finish(&mut self, several: bool, screen: Screen) -> Result<(), Failure> {
        let mut rest = std::mem::take(&mut self.begun);
        if !rest.is_empty() {
            rest.push(b'\n');
        }
        self.print(&rest, several, screen)
    }

    /// As it was written, each line with the instance's name if there are several; on a terminal without what would move the cursor.
    fn print(&self, lines: &[u8], several: bool, screen: Screen) -> Result<(), Failure> {
        let terminal = std::io::stdout().is_terminal();
        if !several && !terminal {
            return screen.bytes(lines);
        }
        let mut text = Vec::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            if several {
                text.extend_from_slice(format!("{}  ", screen.out.dim(&self.id.0)).as_bytes());
            }
            if terminal {
                let line = String::from_utf8_lossy(line);
                text.extend_from_slice(format!("{}\n", harmless(line.trim_end_matches('\n'))).as_bytes());
            } else {
                text.extend_from_slice(line);
            }
        }
        screen.bytes(&text)
    }
}
