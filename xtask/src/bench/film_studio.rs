//! The film studio under an open-loop load of 500 requests a second, on MariaDB, and its memory before.
//! Aims: p95 of reads below 20 ms, of writes below 50 ms, at most 40 MB resident when idle.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use callsheet_servers::Mariadb;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::measured::folder;
use crate::bench::{Bench, SHIPPED};
use crate::stages::run;
use crate::tree::cargo;

const RATE: &str = "500";
const SECONDS: &str = "20";
const ACCOUNT: [(&str, &str); 2] =
    [("OPERATOR_EMAIL", "operator@studio.example"), ("OPERATOR_PASSWORD", "correct-horse-battery")];

/// Prints a table.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    run(cargo().args(SHIPPED).args(["--package", "film-studio", "--bins", "--example", "film_load"]))?;
    println!("### The film studio, open loop, {RATE} requests/s for {SECONDS} s\n");
    println!("| database | idle | under load | reads | writes |\n| --- | --- | --- | --- | --- |");
    for _ in 0..bench.rounds {
        // Durable, as a production's is: the test server's own settings would not wait for the disk.
        let durable = ["--innodb-flush-log-at-trx-commit=1".to_owned(), "--innodb-buffer-pool-size=128M".to_owned()];
        let server = Mariadb::start_with(|_| durable.to_vec());
        tell(bench, "MariaDB", server.fresh_database())?;
    }
    println!();
    Ok(())
}

fn tell(bench: &Bench, name: &str, url: String) -> anyhow::Result<()> {
    let folder = folder()?;
    let mut service = Service::start(bench, folder.path(), url)?;
    std::thread::sleep(Duration::from_secs(3));
    let idle = service.resident_mb()?;
    let load = Command::new(bench.built.join("examples/film_load"))
        .args([&format!("http://127.0.0.1:{}", service.port), RATE, SECONDS])
        .envs(ACCOUNT)
        .output()
        .context("cannot start the load program")?;
    ensure!(load.status.success(), "the load program failed: {}", String::from_utf8_lossy(&load.stderr));
    let busy = service.resident_mb()?;
    service.stop()?;
    let said = String::from_utf8(load.stdout).context("the load program's figures are no text")?;
    let mut lines = said.lines().map(|line| line.split_once(' ').map_or("", |(_, rest)| rest));
    let (reads, writes) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    println!("| {name} | {idle:.1} MB | {busy:.1} MB | {reads} | {writes} |");
    Ok(())
}

struct Service {
    child: Child,
    port: String,
}

impl Service {
    fn start(bench: &Bench, home: &Path, url: String) -> anyhow::Result<Service> {
        let mut command = Command::new(bench.built.join("film-studio"));
        let port_file = home.join("port");
        command.env_clear().current_dir(home).env("PORT", "0").env("PORT_FILE", &port_file);
        command.envs(ACCOUNT).env("JWT_SECRET", "0123456789abcdef0123456789abcdef-bench").env("DATABASE_URL", url);
        command.env("RATE_LIMIT_PER_MINUTE", "0");
        let log = std::fs::File::create(home.join("log")).context("cannot write the service's log")?;
        let child = command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null()).spawn();
        let mut service = Service { child: child.context("cannot start the film studio")?, port: String::new() };
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if let Ok(port) = std::fs::read_to_string(&port_file) {
                service.port = port.trim().to_owned();
                return Ok(service);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("the film studio did not start within 30 s")
    }

    fn resident_mb(&self) -> anyhow::Result<f64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).context("the service is gone")?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc/PID/status")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().context("VmRSS is no number")?;
        Ok(kib * 1.024e-3)
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            kill_process(pid, Signal::TERM).context("cannot end the film studio")?;
        }
        self.child.wait().context("cannot wait for the film studio")?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) && self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
