//! What the service answers.

use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::settings::Settings;

/// Status and body.
pub(crate) fn to(path: &str, settings: &Settings) -> (u16, String) {
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (what, which) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let number: u64 = which.parse().unwrap_or(0);
    match what {
        "health" if Instant::now() < settings.ready_at => (503, "not yet".into()),
        "health" => (200, format!("{{\"status\":\"ok\",\"version\":\"{}\"}}", settings.version)),
        "slow" => {
            sleep(Duration::from_millis(number));
            (200, "done".into())
        }
        "env" => match std::env::var(which) {
            Ok(value) => (200, value),
            Err(_) => (404, "not set".into()),
        },
        "file-of" => match std::env::var(format!("{which}_FILE")).map(std::fs::read_to_string) {
            Ok(Ok(content)) => (200, content),
            _ => (404, "no such file".into()),
        },
        "exit" => crate::end(number as i32),
        "allocate" => (200, allocate(number as usize).to_string()),
        "print" => {
            (0..number).for_each(|line| say(&format!("line {line:06}")));
            (200, "printed".into())
        }
        _ => (404, "nothing here".into()),
    }
}

/// Takes memory and writes to each page of it; never gives it back.
fn allocate(mib: usize) -> usize {
    let mut block = vec![0_u8; mib << 20];
    block.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
    Vec::leak(block).iter().map(|byte| usize::from(*byte)).sum()
}

/// A line on standard output at once.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Without a reader there is nobody to tell.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
