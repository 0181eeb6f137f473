//! A service that runs, alone on its servers.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::table::{Servers, Under};

/// Ends with this.
pub(super) struct Service {
    name: &'static str,
    child: Child,
    port: String,
}

impl Service {
    pub(super) fn start(built: &Path, under: &Under, servers: &Servers, home: &Path) -> anyhow::Result<Service> {
        let mut command = Command::new(built.join(under.name));
        let port_file = home.join("port");
        command.env_clear().current_dir(home).env("PORT", "0").env("PORT_FILE", &port_file).env(under.home, home);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(under.settings.iter().copied()).envs(servers.addresses());
        let log = std::fs::File::create(home.join("log")).context("cannot write the service's log")?;
        let child = command.stdin(Stdio::null()).stdout(log).stderr(Stdio::inherit()).spawn();
        let child = child.with_context(|| format!("cannot start `{}`", under.name))?;
        let mut service = Service { name: under.name, child, port: String::new() };
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if let Ok(port) = std::fs::read_to_string(&port_file) {
                service.port = port.trim().to_owned();
                return Ok(service);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("`{}` did not start within 30 s", under.name)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn resident_mb(&self) -> anyhow::Result<f64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).context("the service is gone")?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc/PID/status")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().context("VmRSS is no number")?;
        Ok(kib * 1.024e-3)
    }

    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            kill_process(pid, Signal::TERM).with_context(|| format!("cannot end `{}`", self.name))?;
        }
        self.child.wait().with_context(|| format!("cannot wait for `{}`", self.name))?;
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
