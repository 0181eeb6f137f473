//! Restarts at the times that a service's configuration names, each as the command that a person would type: a run with its record, and
//! with every guard.

use std::path::Path;
use std::process::{Command, Stdio};

use callsheet_base::Timestamp;
use callsheet_plan::Recurring;

use crate::standing::HowItRuns;

/// The time that came since `looked`, if one did. What came while no server ran is not made up for.
pub(super) fn due(times: &[Recurring], looked: Timestamp, now: Timestamp) -> Option<Recurring> {
    times.iter().copied().find(|time| time.next_after(looked) <= now)
}

/// The command that restarts a service of which so many are wanted; `None`: it rests, so there is nothing to restart. Of a single instance the
/// schedule itself says that it is to be restarted alone: requests wait at the edge meanwhile.
fn command(service: &str, environment: &str, wanted: u16, time: Recurring) -> Option<Vec<String>> {
    let why = format!("as scheduled: {time} UTC");
    let words = ["restart", "--service", service, "--environment", environment, "--yes", "--why", &why];
    let alone = (wanted == 1).then_some("--alone");
    (wanted > 0).then(|| words.into_iter().chain(alone).map(str::to_owned).collect())
}

/// Restarts the service's instances, of which so many are wanted, one after the other. `Err`: why it was not done, in the command's words.
pub(super) fn restart(
    state: &Path,
    (service, environment): (&str, &str),
    how: &HowItRuns,
    wanted: u16,
    time: Recurring,
) -> Result<(), String> {
    let Some(words) = command(service, environment, wanted, time) else { return Ok(()) };
    tracing::info!(service, environment, %time, "restarts as scheduled");
    let program = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let ended = Command::new(program)
        .args(words)
        .arg("--state")
        .arg(state)
        .current_dir(&how.directory)
        .env_remove("CALLSHEET_RUN")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("cannot start `callsheet restart`: {error}"))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(format!("`callsheet restart` ended with {}: {}", ended.status, said.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_instance_is_restarted_alone_and_a_resting_service_left_in_peace() {
        let words =
            |wanted| command("shop", "production", wanted, "04:00".parse().unwrap()).map(|words| words.join(" "));
        let many = "restart --service shop --environment production --yes --why as scheduled: 04:00 UTC";
        assert_eq!(words(2).as_deref(), Some(many));
        assert_eq!(words(1), Some(format!("{many} --alone")));
        assert_eq!(words(0), None);
    }

    #[test]
    fn a_time_comes_once() {
        let times: Vec<Recurring> = ["04:00", "Sun 05:00"].iter().map(|text| text.parse().unwrap()).collect();
        let at = |text: &str| -> Timestamp { format!("2026-11-22T{text}Z").parse().unwrap() };
        assert_eq!(due(&times, at("03:59:58"), at("03:59:59")), None);
        assert_eq!(due(&times, at("03:59:59"), at("04:00:01")), Some(times[0]));
        assert_eq!(due(&times, at("04:00:01"), at("04:00:03")), None);
        assert_eq!(due(&times, at("04:59:59"), at("05:00:00")), Some(times[1]));
        assert_eq!(due(&times, at("05:00:00"), at("04:00:00")), None, "a clock that is set back");
        assert_eq!(due(&[], at("00:00:00"), at("23:00:00")), None);
    }
}
