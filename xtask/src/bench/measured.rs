//! What one turn of a contestant gives, and how a program's time is taken.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{WaitOptions, set_child_subreaper, wait};
use serde_json::Value;

/// Speed and price of one kind of step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// Steps a second.
    pub steps_per_s: f64,
    /// Processor time of each, all processes together, ms.
    pub cpu_ms_per_step: f64,
}

impl Measured {
    /// From the JSON that the measuring programs print.
    pub fn from_json(value: &Value) -> anyhow::Result<Measured> {
        let number = |name: &str| value[name].as_f64().with_context(|| format!("no `{name}` in {value}"));
        Ok(Measured { steps_per_s: number("steps_per_s")?, cpu_ms_per_step: number("cpu_ms_per_step")? })
    }
}

/// The JSON line that a measuring program closes with.
pub fn json_of(command: &mut Command) -> anyhow::Result<Value> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {command:?}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_str(last).with_context(|| format!("{command:?} printed no JSON: {last}"))
}

/// Runs `command` to its end and that of everything it started; wall time, and processor time of all of them.
///
/// A keeper leaves its parent's process tree. We are its subreaper, so it comes back to us and its time is counted.
pub fn time(command: &mut Command) -> anyhow::Result<(Duration, Duration)> {
    set_child_subreaper(rustix::process::Pid::from_raw(std::process::id() as i32)).context("cannot be a subreaper")?;
    let before = children_cpu()?;
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let wall = began.elapsed();
    let output = output.with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    // Orphans that came to us: an error means that there is none left.
    while wait(WaitOptions::empty()).is_ok() {}
    Ok((wall, children_cpu()? - before))
}

/// Processor time of all children that have been waited for, and of theirs.
pub fn children_cpu() -> anyhow::Result<Duration> {
    let fields = std::fs::read_to_string("/proc/self/stat").context("cannot read our own times")?;
    let after_name = fields.rsplit_once(')').context("/proc/self/stat has no name")?.1;
    let mut ticks = after_name.split_whitespace().skip(13).take(2).map(|field| field.parse::<u64>());
    let sum = ticks.by_ref().sum::<Result<u64, _>>().context("/proc/self/stat has no times")?;
    // Linux counts these in hundredths of a second, whatever its own clock ticks at.
    Ok(Duration::from_millis(sum * 10))
}

/// A fresh folder for one turn.
pub fn folder() -> anyhow::Result<tempfile::TempDir> {
    // Beside the build, not in /tmp: a folder in memory would make every commit free.
    let beside = crate::tree::target_folder()?.join("bench");
    std::fs::create_dir_all(&beside).context("cannot make a folder to measure in")?;
    tempfile::Builder::new().prefix("turn-").tempdir_in(beside).context("cannot make a folder to measure in")
}

/// A program that must be there.
pub fn existing(path: &Path) -> anyhow::Result<&Path> {
    if !path.exists() {
        bail!("{} is missing", path.display());
    }
    Ok(path)
}
