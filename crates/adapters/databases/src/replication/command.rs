//! The command that fences a server from outside, such as stopping its unit.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::Done;

/// So much of what it said last is told.
const TOLD: usize = 400;

/// Runs it under `sh -c` with `CALLSHEET_SERVER` set; good only if it ends well in time.
pub(super) async fn run(command: &str, server: &str, limit: Duration) -> Result<Done, String> {
    let mut child = Command::new("sh");
    child.args(["-c", command]).env("CALLSHEET_SERVER", server).stdin(Stdio::null());
    let output = child.kill_on_drop(true).output();
    let output = match tokio::time::timeout(limit, output).await {
        Ok(output) => output.map_err(|error| format!("`sh` could not be started: {error}"))?,
        Err(_) => return Err(format!("`{command}` was ended after {} s", limit.as_secs())),
    };
    if output.status.success() {
        return Ok(Done::said(format!("`{command}` succeeded")));
    }
    let both = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&both);
    let (text, length) = (text.trim(), text.trim().chars().count());
    let last: String = text.chars().skip(length.saturating_sub(TOLD)).collect();
    let said = if last.is_empty() { String::new() } else { format!(": {last}") };
    Err(format!("`{command}` ended with {}{said}", output.status))
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
        assert!(check("sleep 600", Duration::from_millis(20)).unwrap_err().contains("was ended after"));
    }
}
