//! Measures the process driver: `cargo run -p callsheet-contract --example instance_figures -- target/release/callsheet`.
//!
//! Starts the test service again and again under the given program's supervisors: from `start` to `ready` as the list says it, from a
//! crash to the next process being ready (with the usual wait of 160 to 240 ms before a restart), memory and processor time of a supervisor.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use callsheet_base::Digest;
use callsheet_contract::driver::get;
use callsheet_contract::service;
use callsheet_driver_process::ProcessDriver;
use callsheet_rollout::{
    Driver, InstanceId, InstanceSeen, InstanceSpec, InstanceState, Limits, ReadyCheck, Release, RestartPolicy,
};

const ROUNDS: usize = 40;

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let program = std::env::args().nth(1).ok_or("say which program supervises: `callsheet`")?;
    let folder = tempfile::tempdir()?;
    let mut driver = ProcessDriver::new(folder.path(), PathBuf::from(program).canonicalize()?)?;
    let (mut to_start, mut to_ready, mut to_again, mut to_end) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let spec = spec(format!("shop.{round}"));
        let begun = Instant::now();
        driver.start(&spec, &Default::default())?;
        to_start.push(begun.elapsed());
        let ready = until(&mut driver, |seen| seen.is_some_and(|seen| seen.state == InstanceState::Ready))?;
        to_ready.push(begun.elapsed());
        let address = ready.and_then(|seen| seen.address).ok_or("no address")?;
        let begun = Instant::now();
        // The answer is lost with the process.
        drop(get(address, "/exit/1"));
        until(&mut driver, |seen| seen.is_some_and(|seen| seen.restarts == 1 && seen.state == InstanceState::Ready))?;
        to_again.push(begun.elapsed());
        let begun = Instant::now();
        driver.stop(&spec.id)?;
        until(&mut driver, |seen| seen.is_none())?;
        to_end.push(begun.elapsed());
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "| of {ROUNDS} | median | greatest |\n| --- | --- | --- |")?;
    for (name, mut times) in [
        ("`start` returns: supervisor up, process started", to_start),
        ("from `start` to ready in the list", to_ready),
        ("from a crash to ready again, with the wait before it", to_again),
        ("from `stop` to gone from the list", to_end),
    ] {
        times.sort();
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        writeln!(out, "| {name} | {:.0} ms | {:.0} ms |", millis(times[ROUNDS / 2]), millis(times[ROUNDS - 1]))?;
    }
    memory(&mut driver, &mut out)
}

/// Ten at once, looked at after five seconds of checks every half second.
fn memory(driver: &mut ProcessDriver, out: &mut impl Write) -> Result<(), Failed> {
    for number in 0..10 {
        let mut spec = spec(format!("memory.{number}"));
        spec.ready.interval = callsheet_base::Duration::from_millis(500);
        driver.start(&spec, &Default::default())?;
    }
    std::thread::sleep(Duration::from_secs(5));
    let (mut rss, mut own, mut ticks) = (0, 0, 0);
    for seen in driver.all()? {
        let status = std::fs::read_to_string(format!("/proc/{}/status", seen.pid.ok_or("no process")?))?;
        let supervisor = status.lines().find_map(|line| line.strip_prefix("PPid:")).ok_or("no parent")?.trim();
        let rollup = std::fs::read_to_string(format!("/proc/{supervisor}/smaps_rollup"))?;
        let field = |name: &str| -> u64 {
            let lines = rollup.lines().filter_map(|line| line.strip_prefix(name));
            lines.filter_map(|rest| rest.trim().split(' ').next()?.parse::<u64>().ok()).sum()
        };
        rss += field("Rss:");
        own += field("Private_Clean:") + field("Private_Dirty:");
        let stat = std::fs::read_to_string(format!("/proc/{supervisor}/stat"))?;
        let fields: Vec<&str> = stat.rsplit_once(") ").ok_or("no stat")?.1.split(' ').collect();
        ticks += fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        driver.stop(&seen.id)?;
    }
    writeln!(out, "\nEach of ten supervisors: {} KiB resident, {} KiB of it its own alone; ", rss / 10, own / 10)?;
    writeln!(out, "{} ms of processor time in its first five seconds, checks twice a second.", ticks)?;
    until(driver, |seen| seen.is_none())?;
    Ok(())
}

fn until(
    driver: &mut ProcessDriver,
    holds: impl Fn(Option<&InstanceSeen>) -> bool,
) -> Result<Option<InstanceSeen>, Failed> {
    let end = Instant::now() + Duration::from_secs(30);
    while Instant::now() < end {
        let first = driver.all()?.into_iter().next();
        if holds(first.as_ref()) {
            return Ok(first);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Err("not within half a minute".into())
}

fn spec(id: String) -> InstanceSpec {
    InstanceSpec {
        id: InstanceId(id),
        service: "shop".into(),
        environment: "staging".into(),
        release: Release { version: "1.0.0".into(), digest: Digest::of(b"1.0.0"), one_way: None },
        image: None,
        command: vec![service::program().display().to_string(), "--port={port}".into()],
        environment_variables: Default::default(),
        folder: "/".into(),
        ready: ReadyCheck {
            path: "/health".into(),
            interval: callsheet_base::Duration::from_millis(100),
            names_version: true,
        },
        grace: callsheet_base::Duration::from_secs(5),
        limits: Limits::default(),
        restart: RestartPolicy::default(),
    }
}
