//! Where the cycles play: system A and the sample service behind one edge, and the hand that does things to them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::act::Act;
use crate::fleet::configuration;
use crate::programs::program_named;
use crate::{AssetManager, Broken, Pid, Program, Seed, program};

/// The sample service's paths begin so.
pub(super) const LIVE: &str = "/live";
const A: &str = "asset-manager";
const SHOP: &str = "shop";
const VERSIONS: [&str; 2] = ["1.0.0", "1.1.0"];
const LONGEST: Duration = Duration::from_secs(90);

/// An instance that was killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kill {
    /// Of the service with the sockets.
    pub(super) live: bool,
    /// When the signal was sent.
    pub(super) at: Instant,
    /// When the process was gone: from here on no request can be lost with it.
    pub(super) gone: Instant,
}

pub(super) struct Stage {
    pub(super) service: AssetManager,
    pub(super) kills: Vec<Kill>,
    runs: BTreeMap<&'static str, &'static str>,
    /// Releases whose older instances still let sockets go on.
    watching: Vec<Program>,
}

/// All traffic at once, and nobody kept.
const NOW: &str = "strategy = \"blue-green\"\nhold = \"0s\"\nkeep_old = \"0s\"\nlater = []\n";
/// All traffic at once, the older instances warm.
const KEPT: &str = "strategy = \"blue-green\"\nhold = \"0s\"\nkeep_old = \"10m\"\nlater = []\n";
/// Half of the users, for long.
const CANARY: &str = "strategy = \"canary\"\nsteps = [\"50%\"]\nhold = \"10m\"\nkeep_old = \"0s\"\nlater = []\n";

fn environment(release: &str) -> String {
    let shop = program_named("callsheet-e2e", SHOP);
    let edge = "listen = \"127.0.0.1:0\"\nsticky = \"none\"\n";
    format!(
        "\n[services.shop]\ncommand = [\"{}\", \"{{release}}\", \"{{port}}\"]\ninstances = 2\ngrace = \"2s\"\n\n[environments.test]\n\n\
         [environments.test.services.asset-manager]\nready = {{ interval = \"100ms\" }}\n\n\
         [environments.test.services.asset-manager.edge]\n{edge}\n[environments.test.services.asset-manager.release]\n{release}\n\
         [environments.test.services.shop]\nready = {{ interval = \"100ms\" }}\n\n\
         [environments.test.services.shop.edge]\n{edge}path = \"{LIVE}\"\n\n[environments.test.services.shop.release]\n{release}\n",
        shop.display(),
    )
}

impl Stage {
    /// Both services run in their first versions; the second ones are registered.
    pub(super) fn set() -> Result<Stage, Broken> {
        let service = AssetManager::start_with(&environment(NOW));
        for (file, release) in [("kept.toml", KEPT), ("canary.toml", CANARY)] {
            service.desk.write(file, &configuration(&environment(release)));
        }
        let mut stage = Stage {
            service,
            kills: Vec::new(),
            runs: BTreeMap::from([(A, VERSIONS[0]), (SHOP, VERSIONS[0])]),
            watching: Vec::new(),
        };
        for version in VERSIONS {
            stage.service.desk.write(&format!("shop-{version}"), &format!("version={version}\n"));
        }
        let program = program(A).display().to_string();
        for (service, artifact, version) in
            [(SHOP, "shop-1.1.0", VERSIONS[1]), (SHOP, "shop-1.0.0", VERSIONS[0]), (A, &program, VERSIONS[1])]
        {
            let line = ["deploy", service, "--version", version, "--artifact", artifact, "--env", "test", "--yes"];
            succeeded(stage.service.desk.start(&line), &[0])?;
        }
        stage.runs.insert(A, VERSIONS[1]);
        Ok(stage)
    }

    pub(super) fn perform(&mut self, act: Act, choices: &mut Seed) -> Result<(), Broken> {
        self.watching.retain_mut(Program::runs);
        match act {
            Act::Switch => self.switch(A),
            Act::SwitchLive => self.switch(SHOP),
            Act::Abort => self.abort(choices),
            Act::Rollback => self.rollback(choices),
            Act::Upgrade => succeeded(self.service.desk.start(&["edge", "upgrade", "--env", "test"]), &[0]),
            Act::Kill => self.kill_callsheet(choices),
            Act::Crash => self.crash(A, choices),
            Act::CrashLive => self.crash(SHOP, choices),
            Act::Schema => self.change_schema(choices),
        }
    }

    /// Lets everything end; a release that still waits for sockets has none any more.
    pub(super) fn strike(mut self) -> Result<(), Broken> {
        self.watching.drain(..).try_for_each(|program| succeeded(program, &[0, 5]))
    }

    fn other(&self, service: &str) -> &'static str {
        if self.runs.get(service) == Some(&VERSIONS[0]) { VERSIONS[1] } else { VERSIONS[0] }
    }

    fn deploy(&self, service: &str, version: &str, configuration: &str) -> Program {
        let line = ["deploy", service, "--version", version, "--env", "test", "--config", configuration, "--yes"];
        self.service.desk.start(&line)
    }

    fn switch(&mut self, service: &'static str) -> Result<(), Broken> {
        let to = self.other(service);
        let mut program = self.deploy(service, to, "callsheet.toml");
        self.until(service, &mut program, &format!("all traffic on {to}"), |status| {
            let routing = &status["traffic"]["routing"];
            let all = routing["weight"] == 10_000 || routing["weight"] == "100%" || routing["canary"].is_null();
            all && [&routing["canary"]["version"], &routing["stable"]["version"]].contains(&&Value::from(to))
                && (routing["canary"]["version"] == to || routing["canary"].is_null())
        })?;
        self.runs.insert(service, to);
        if service == A {
            return succeeded(program, &[0]);
        }
        self.watching.push(program);
        Ok(())
    }

    fn abort(&mut self, choices: &mut Seed) -> Result<(), Broken> {
        let mut program = self.deploy(A, self.other(A), "canary.toml");
        self.until(A, &mut program, "half of the users on it", |status| stands(status).starts_with("judged at 50%"))?;
        std::thread::sleep(choices.pause(Duration::from_millis(500)));
        succeeded(self.service.desk.start(&["rollout", "abort", A]), &[0])?;
        succeeded(program, &[4])
    }

    fn rollback(&mut self, choices: &mut Seed) -> Result<(), Broken> {
        let mut program = self.deploy(A, self.other(A), "kept.toml");
        self.until(A, &mut program, "all traffic moved", |status| stands(status).starts_with("all traffic moved"))?;
        std::thread::sleep(choices.pause(Duration::from_millis(500)));
        succeeded(self.service.desk.start(&["rollback", A, "--env", "test", "--yes"]), &[0])?;
        succeeded(program, &[4])
    }

    fn kill_callsheet(&mut self, choices: &mut Seed) -> Result<(), Broken> {
        let (to, before) = (self.other(A), self.service.desk.runs());
        let program = self.deploy(A, to, "callsheet.toml");
        std::thread::sleep(choices.pause(Duration::from_millis(1500)));
        program.kill();
        std::thread::sleep(choices.pause(Duration::from_millis(500)));
        // Killed before its first record there is no run to go on with.
        let run = self.service.desk.runs().into_iter().find(|run| !before.contains(run));
        let program = match run {
            Some(run) if self.service.desk.phase(&run) != "done" => self.service.desk.start(&["resume", &run, "--yes"]),
            Some(_) => {
                self.runs.insert(A, to);
                return Ok(());
            }
            None => self.deploy(A, to, "callsheet.toml"),
        };
        succeeded(program, &[0])?;
        self.runs.insert(A, to);
        Ok(())
    }

    fn crash(&mut self, service: &str, choices: &mut Seed) -> Result<(), Broken> {
        let ready =
            |one: &Value| one["service"] == service && one["state"] == "ready" && one["version"] == self.runs[service];
        let instances: Vec<Value> = self.service.instances().into_iter().filter(ready).collect();
        let chosen = instances.get(choices.below(instances.len() as u64) as usize).ok_or("no instance is ready")?;
        let pid = Pid(chosen["pid"].as_i64().ok_or("an instance has no process")? as i32);
        let at = Instant::now();
        pid.kill();
        while pid.lives() {
            std::thread::yield_now();
        }
        self.kills.push(Kill { live: service == SHOP, at, gone: Instant::now() });
        let began = Instant::now();
        let again = |one: &Value| one["id"] == chosen["id"] && one["state"] == "ready" && one["pid"] != chosen["pid"];
        while !self.service.instances().iter().any(again) {
            if began.elapsed() > LONGEST {
                return Err(format!("it is not started again: {:?}", self.service.instances()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn change_schema(&mut self, choices: &mut Seed) -> Result<(), Broken> {
        let with_settings = "env -i PATH=\"$PATH\" CONFIG_FILE=.asset-manager/settings.toml \"$program\"";
        self.service.shell(&format!("{with_settings} migrate down 1"));
        std::thread::sleep(choices.pause(Duration::from_millis(500)));
        self.service.shell("runbooks/asset-manager/service.sh migrate \"$program\"");
        self.switch(A)
    }

    fn until(
        &self,
        service: &str,
        program: &mut Program,
        what: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Result<(), Broken> {
        let began = Instant::now();
        loop {
            let ending = self.service.desk.callsheet(&["status", service, "--format", "json"]);
            let status: Value = serde_json::from_str(&ending.stdout).map_err(|_| format!("no status: {ending}"))?;
            if holds(&status["services"][0]) {
                return Ok(());
            }
            if began.elapsed() > LONGEST {
                return Err(format!("never {what}: {:#}\n{}", status["services"][0], program.printed()));
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

fn stands(status: &Value) -> &str {
    status["rollout"]["stands"].as_str().unwrap_or_default()
}

fn succeeded(program: Program, codes: &[i32]) -> Result<(), Broken> {
    let ending = program.wait_for(LONGEST).map_err(|ending| format!("hangs: {ending}"))?;
    match ending.code {
        Some(code) if codes.contains(&code) => Ok(()),
        _ => Err(format!("exit code {:?} instead of {codes:?}: {ending}", ending.code)),
    }
}
