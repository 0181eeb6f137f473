//! Memory of a `serve` that has nothing to do. The aim is 20 MB.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::Bench;
use crate::bench::measured::folder;

/// Prints it.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let folder = folder()?;
    let mut command = Command::new(bench.built.join("callsheet"));
    command.arg("serve").current_dir(folder.path()).env("CALLSHEET_STATE", folder.path().join("state"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut serve = command.spawn().context("cannot start `callsheet serve`")?;
    // Long enough for everything that it does at its start.
    std::thread::sleep(Duration::from_secs(3));
    let status = std::fs::read_to_string(format!("/proc/{}/status", serve.id()));
    let running = serve.try_wait().context("cannot look after `callsheet serve`")?.is_none();
    if let Some(pid) = Pid::from_raw(serve.id() as i32) {
        kill_process(pid, Signal::TERM).context("cannot end `callsheet serve`")?;
    }
    serve.wait().context("cannot wait for `callsheet serve`")?;
    ensure!(running, "`callsheet serve` ended by itself");
    let status = status.context("cannot read the memory of `callsheet serve`")?;
    let resident_kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).and_then(first_number);
    let resident_kib = resident_kib.context("no VmRSS in /proc/PID/status")?;
    println!(
        "### Idle\n\n`callsheet serve` after 3 s: {:.1} MB resident (aim: at most 20 MB)\n",
        resident_kib * 1.024e-3
    );
    Ok(())
}

fn first_number(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}
