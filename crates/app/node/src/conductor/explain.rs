//! Why a release was turned back, in the words of its own instances.

use callsheet_keeper::redact::{RedactionSet, redact_text};
use callsheet_rollout::{Event, InstanceSeen, InstanceState, Reason, Rollout};

use super::look::Look;
use super::{Conductor, secrets};
use crate::standing::HowItRuns;

/// Read of the end of a log, bytes.
const READ: usize = 8 << 10;
/// Lines kept of it, and characters of each.
const LINES: usize = 8;
const LONGEST: usize = 240;

impl Conductor {
    /// The same event with how the instances ended, and with the last that the worst of them wrote.
    pub(super) fn explained(&mut self, rollout: &Rollout, look: &Look, event: Event) -> Event {
        let Event::TurnedBack {
            reason: reason @ (Reason::NotReady | Reason::CrashLoop | Reason::Down), evidence, ..
        } = event
        else {
            return event;
        };
        let Some(worst) = look.new.iter().min_by_key(|instance| rank(instance)) else {
            return Event::TurnedBack { reason, evidence, wrote: Vec::new() };
        };
        let wrote = self.last_lines(worst, rollout);
        let reason = match detail(worst) {
            Some(detail) => Reason::Condition(format!("{reason}: {detail}")),
            None => reason,
        };
        Event::TurnedBack { reason, evidence, wrote }
    }

    /// Nothing if the log cannot be read: that is no reason to keep a bad release.
    fn last_lines(&mut self, instance: &InstanceSeen, rollout: &Rollout) -> Vec<String> {
        let Ok(bytes) = self.driver.log_tail(&instance.id, READ) else { return Vec::new() };
        // A secret whose value is not known cannot be hidden: then nothing is shown.
        let Ok(HowItRuns { spec, .. }) = self.how(&rollout.plan().to, true) else { return Vec::new() };
        let Ok(given) = secrets::whole(self.site.secrets.of(&spec), &spec) else { return Vec::new() };
        let secrets = given.iter().map(|(name, value)| (name.as_str(), value.expose().as_str()));
        let text = redact_text(&RedactionSet::new(secrets), &String::from_utf8_lossy(&bytes));
        // What begins within a line may begin within a secret.
        let text = if bytes.len() < READ { text.as_str() } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let shown = |line: &&str| line.chars().filter(|c| !c.is_control() || *c == '\t').take(LONGEST).collect();
        lines.iter().skip(lines.len().saturating_sub(LINES)).map(shown).collect()
    }
}

/// The one that tells most first: given up, then ended by itself, then never ready.
fn rank(instance: &InstanceSeen) -> u8 {
    match (&instance.state, &instance.last_end, &instance.not_ready) {
        (InstanceState::CrashLooping { .. }, ..) => 0,
        (_, Some(_), _) => 1,
        (_, None, Some(_)) => 2,
        (_, None, None) => 3,
    }
}

/// How it ended says more than that nobody listens meanwhile.
fn detail(instance: &InstanceSeen) -> Option<String> {
    match (&instance.state, &instance.last_end, &instance.not_ready) {
        (InstanceState::CrashLooping { last }, ..) => Some(last.clone()),
        (InstanceState::Starting, Some(end), Some(why)) => Some(format!("{end}, and now {why}")),
        (_, Some(end), _) => Some(end.clone()),
        (_, None, why) => why.clone(),
    }
}
