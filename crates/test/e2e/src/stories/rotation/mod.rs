//! A secret is rotated while two instances log in all the time; Callsheet is killed within it, again and again, and sometimes somebody
//! wants the old value back. No login fails, no session is lost, and no output shows a value.

mod place;
mod server;
mod service;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::{Broken, Seed};

pub use place::Place;
pub use server::Kind;
use service::Service;

/// What happened in stories.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turned {
    /// Rotations that came to their end, forth or back.
    pub rotations: u64,
    /// Kills that hit a living program.
    pub kills: u64,
    /// Rotations that were taken back.
    pub back: u64,
    /// Logins meanwhile, none of which failed.
    pub logins: u64,
}

/// More than any story needs.
const MOST_ATTEMPTS: u32 = 40;

/// The stages at which a debug build can be told to die.
const STAGES: [&str; 12] = [
    "store", "admit", "try", "announce", "promote", "roll", "verify", "quiet", "retire", "forget", "destroy", "restore",
];

/// Tells one story at `place`; `Err` says which promise was broken.
pub fn rotation(place: &Arc<Place>, seed: u64) -> Result<Turned, Broken> {
    let mut choices = Seed::new(seed);
    let mut turned = Turned::default();
    let service = Service::start(place)?;
    let before = place.credential(None)?;
    let mut kills_left = 1 + choices.below(4);
    let mut abort_at = choices.one_in(4).then(|| choices.below(4));
    let run = format!("story-{seed}");
    for attempt in 0..MOST_ATTEMPTS {
        let mut arguments = vec!["secrets", "rotate", place.name(), "--yes", "--patience", "30s"];
        if abort_at == Some(u64::from(attempt)) && place.is_under_way()? {
            arguments.push("--abort");
            abort_at = None;
        }
        let is_killed = kills_left > 0;
        let ended = if is_killed {
            kills_left -= 1;
            place.killed(&arguments, &run, &mut choices)?
        } else {
            place.ended(&arguments, &run)?
        };
        service.sound()?;
        match ended {
            None => turned.kills += 1,
            // Killed too late.
            Some(0) if is_killed => {}
            Some(0) => break,
            Some(4) => break,
            // Too late to be taken back.
            Some(5) if arguments.contains(&"--abort") => {}
            Some(code) => return Err(format!("{arguments:?} ended with {code}: {}", place.said())),
        }
        if attempt + 1 == MOST_ATTEMPTS {
            return Err(format!("{MOST_ATTEMPTS} attempts were not enough: {}", place.said()));
        }
    }
    let back = settled(place)?;
    turned.rotations = 1;
    turned.back = u64::from(back);
    let after = place.credential(None)?;
    place.refuses_others(&before, &after)?;
    turned.logins = service.stop()?;
    place.tells_no_value()?;
    Ok(turned)
}

/// One version is in use, nothing else is kept; whether the last rotation went back.
fn settled(place: &Place) -> Result<bool, Broken> {
    let entry = place.entry()?;
    let text = || format!("{entry:#}");
    if !entry["rotation"].is_null() {
        return Err(format!("a rotation is still under way: {}", text()));
    }
    let versions = entry["versions"].as_array().cloned().unwrap_or_default();
    let in_use = versions.iter().filter(|version| version["state"] == "current").count();
    let gone = versions.iter().filter(|version| version["destroyed"] == Value::Bool(true)).count();
    if in_use != 1 || gone + 1 != versions.len() {
        return Err(format!("one version should be in use and all others destroyed: {}", text()));
    }
    Ok(entry["last"]["way"] == "back")
}

/// How a killed attempt is killed: at a stage that is named, or at any moment.
enum Death {
    At(String),
    After(Duration),
}

impl Death {
    fn draw(choices: &mut Seed) -> Death {
        if cfg!(debug_assertions) && !choices.one_in(3) {
            let stage = STAGES[choices.below(STAGES.len() as u64) as usize];
            let place = ["begins", "acted", "ends"][choices.below(3) as usize];
            return Death::At(format!("{place}:{stage}"));
        }
        Death::After(choices.pause(Duration::from_millis(800)))
    }
}
