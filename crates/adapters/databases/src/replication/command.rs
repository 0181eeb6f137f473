//! The command that fences a server from outside, such as stopping its unit.

use std::io::ErrorKind;
use std::process::Command;
use std::time::Duration;

use callsheet_processes::bounded;

use super::Done;

/// So much of what it said last is told.
const TOLD: usize = 400;

/// Runs it under `sh -c` with `CALLSHEET_SERVER` set; good only if it ends well in time. What has not ended then is killed with all that it started.
pub(super) async fn run(command: &str, server: &str, limit: Duration) -> Result<Done, String> {
    let mut child = Command::new("sh");
    child.args(["-c", command]).env("CALLSHEET_SERVER", server);
    let ended = tokio::task::spawn_blocking(move || bounded(child, None, limit)).await;
    let ended = ended.map_err(|error| format!("`{command}` was given up: {error}"))?;
    let ended = ended.map_err(|error| match error.kind() {
        ErrorKind::TimedOut => format!("`{command}`: {error}"),
        _ => format!("`sh` could not be started: {error}"),
    })?;
    if ended.status.success() {
        return Ok(Done::said(format!("`{command}` succeeded")));
    }
    let both = [ended.stdout, ended.stderr].concat();
    let text = String::from_utf8_lossy(&both);
    let (text, length) = (text.trim(), text.trim().chars().count());
    let last: String = text.chars().skip(length.saturating_sub(TOLD)).collect();
    let said = if last.is_empty() { String::new() } else { format!(": {last}") };
    Err(format!("`{command}` ended with {}{said}", ended.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, limit: Duration) -> Result<String, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(run(command, "db1", limit)).map(|done| done.said)
    }

    #[test]
    fn only_what_ends_well_in_time_has_fenced() {
        let minute = Duration::from_secs(60);
        assert_eq!(
            check("test \"$CALLSHEET_SERVER\" = db1", minute),
            Ok("`test \"$CALLSHEET_SERVER\" = db1` succeeded".into())
        );
        assert_eq!(
            check("echo no route >&2; exit 3", minute).unwrap_err(),
            "`echo no route >&2; exit 3` ended with exit status: 3: no route"
        );
    }

    #[test]
    fn what_does_not_end_is_killed_with_what_it_started() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("pid");
        // The shell waits for another program, as `ssh db1 …` would be one.
        let command = format!("sh -c 'echo $$ > {}; exec sleep 600'; true", file.display());
        let told = check(&command, Duration::from_secs(2)).unwrap_err();
        assert!(told.ends_with("it had not ended after 2 s and was killed"), "{told}");
        let pid = std::fs::read_to_string(file).unwrap_or_default();
        let lives =
            |pid: u32| callsheet_processes::process_stat(pid).is_some_and(|one| !one.zombie && one.name == "sleep");
        assert!(!pid.trim().parse().is_ok_and(lives), "it outlived its command");
    }
}
