//! The process driver passes the suite, and what a killed supervisor or a killed caller leaves is brought in order.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_base::Secret;
use callsheet_contract::driver::{Stage, eventually, get, play_all, ready, seen, spec, start, until, until_gone};
use callsheet_contract::service;
use callsheet_driver_process::ProcessDriver;
use callsheet_rollout::{Driver, InstanceId, InstanceSpec, InstanceState};
use rustix::process::{Pid, Signal, kill_process};

/// A folder of instances; whatever runs in it ends with it.
struct Processes {
    folder: tempfile::TempDir,
    driver: ProcessDriver,
}

impl Processes {
    fn new() -> Processes {
        let folder = tempfile::tempdir().unwrap();
        let driver = open(folder.path());
        Processes { folder, driver }
    }

    /// What the instance's supervisor wrote last.
    fn status(&self, id: &InstanceId) -> serde_json::Value {
        let path = self.folder.path().join("instances").join(&id.0).join("status.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    fn kill_supervisor(&self, id: &InstanceId) {
        let pid = self.status(id)["supervisor"]["pid"].as_i64().unwrap() as i32;
        kill(pid);
    }
}

fn open(folder: &Path) -> ProcessDriver {
    ProcessDriver::new(folder, env!("CARGO_BIN_EXE_callsheet-test-supervisor").into()).unwrap()
}

/// As `kill -9` does, until it is gone.
fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    assert!(eventually(|| !is_alive(pid)));
}

fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

impl Drop for Processes {
    fn drop(&mut self) {
        // A supervisor whose folder is gone ends its instance; this is quicker.
        for seen in self.driver.all().unwrap_or_default() {
            drop(self.driver.stop(&seen.id));
        }
        eventually(|| self.driver.all().is_ok_and(|all| all.is_empty()));
    }
}

impl Stage for Processes {
    fn driver(&mut self) -> &mut dyn Driver {
        &mut self.driver
    }

    fn reopen(&mut self) {
        self.driver = open(self.folder.path());
    }

    fn command(&self) -> (Vec<String>, PathBuf) {
        let program = service::program().display().to_string();
        (vec![program, "--port={port}".into()], "/".into())
    }

    fn exposed(&mut self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        files(self.folder.path(), &mut found);
        for process in std::fs::read_dir("/proc").unwrap().flatten() {
            let path = process.path().join("cmdline");
            found.extend(std::fs::read(&path).ok().map(|line| (path.display().to_string(), line)));
        }
        // The supervisor's own environment.
        for seen in self.driver.all().unwrap() {
            let supervisor = &self.status(&seen.id)["supervisor"]["pid"];
            let path = format!("/proc/{supervisor}/environ");
            found.push((path.clone(), std::fs::read(path).unwrap()));
        }
        found
    }

    fn limits_memory(&self) -> bool {
        Path::new("/sys/fs/cgroup/memory").exists() && rustix::process::geteuid().is_root()
    }
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(content) = std::fs::read(&path) {
            found.push((path.display().to_string(), content));
        }
    }
}

#[test]
fn the_process_driver_keeps_every_promise() {
    service::program();
    play_all(10, &|_| Box::new(Processes::new()));
}

/// With grandchildren that ignore SIGTERM.
fn with_family(stage: &Processes, name: &str, children: u32) -> InstanceSpec {
    let mut spec = spec(stage, name, &[&format!("--children={children}")]);
    spec.grace = callsheet_base::Duration::from_millis(300);
    spec
}

#[test]
fn an_instance_outlives_its_killed_supervisor_and_is_started_again_by_the_next_one() {
    let mut stage = Processes::new();
    let spec = with_family(&stage, "shop.1", 1);
    start(&mut stage, &spec);
    let address = ready(&mut stage, &spec.id);
    let before = seen(&mut stage, &spec.id).unwrap();
    stage.kill_supervisor(&spec.id);
    assert!(get(address, "/health").is_ok(), "killing a supervisor touches nothing");
    let after = until(&mut stage, &spec.id, "ready again", |seen| seen.state == InstanceState::Ready);
    assert_eq!((after.pid, after.address, after.restarts), (before.pid, before.address, 0));
    assert!(after.notes[0].contains("another one took over"), "{after:?}");
    drop(get(address, "/exit/1"));
    until(&mut stage, &spec.id, "started again", |seen| seen.restarts == 1 && seen.state == InstanceState::Ready);
    let of_the_dead = || marked(&spec.id.0).len();
    stage.driver.stop(&spec.id).unwrap();
    until_gone(&mut stage, &spec.id);
    assert_eq!(of_the_dead(), 0);
}

/// Living processes of instances of this name whose folder is ours.
fn marked(name: &str) -> Vec<String> {
    let wanted = format!("CALLSHEET_INSTANCE={name}-");
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|entry| entry.starts_with(wanted.as_bytes())) {
            found.push(process.path().display().to_string());
        }
    }
    found
}

#[test]
fn an_instance_with_secrets_is_served_on_but_not_started_again() {
    let mut stage = Processes::new();
    let spec = with_family(&stage, "orphan-with-secrets.1", 1);
    let secrets = [("TOKEN".to_owned(), Secret::new("hush".to_owned()))].into();
    stage.driver.start(&spec, &secrets).unwrap();
    let address = ready(&mut stage, &spec.id);
    stage.kill_supervisor(&spec.id);
    let after = until(&mut stage, &spec.id, "ready again", |seen| seen.state == InstanceState::Ready);
    assert!(after.notes[0].contains("cannot be started again"), "{after:?}");
    assert!(stage.driver.restart(&spec.id).unwrap_err().to_string().contains("secrets"));
    assert_eq!(get(address, "/env/TOKEN").unwrap().1, "hush");
    drop(get(address, "/exit/1"));
    until_gone(&mut stage, &spec.id);
    assert_eq!(marked(&spec.id.0), Vec::<String>::new());
}

#[test]
fn nothing_is_left_when_supervisor_and_main_process_are_killed_together() {
    let mut stage = Processes::new();
    let mut spec = with_family(&stage, "both-killed.1", 2);
    spec.restart.first_delay = callsheet_base::Duration::from_millis(50);
    start(&mut stage, &spec);
    ready(&mut stage, &spec.id);
    let before = seen(&mut stage, &spec.id).unwrap();
    assert_eq!(marked(&spec.id.0).len(), 3);
    stage.kill_supervisor(&spec.id);
    kill(before.pid.unwrap() as i32);
    let after = until(&mut stage, &spec.id, "started again", |seen| seen.state == InstanceState::Ready);
    assert_eq!(after.restarts, 1);
    // The forgotten grandchildren ended before the new process began.
    assert_eq!(marked(&spec.id.0).len(), 3);
    stage.driver.stop(&spec.id).unwrap();
    until_gone(&mut stage, &spec.id);
    assert_eq!(marked(&spec.id.0), Vec::<String>::new());
}

#[test]
fn an_instance_that_was_ending_goes_on_ending_when_its_supervisor_is_killed() {
    let mut stage = Processes::new();
    let mut spec = spec(&stage, "ending.1", &["--ignore-term"]);
    spec.grace = callsheet_base::Duration::from_millis(2000);
    start(&mut stage, &spec);
    ready(&mut stage, &spec.id);
    stage.driver.stop(&spec.id).unwrap();
    until(&mut stage, &spec.id, "ending", |seen| seen.state == InstanceState::Ending);
    stage.kill_supervisor(&spec.id);
    until_gone(&mut stage, &spec.id);
    assert_eq!(marked(&spec.id.0), Vec::<String>::new());
}

#[test]
fn a_supervisor_whose_folder_went_away_ends_its_instance() {
    let mut stage = Processes::new();
    let spec = with_family(&stage, "folderless.1", 1);
    start(&mut stage, &spec);
    let address = ready(&mut stage, &spec.id);
    std::fs::remove_dir_all(stage.folder.path().join("instances")).unwrap();
    assert!(eventually(|| get(address, "/health").is_err() && marked(&spec.id.0).is_empty()));
    std::fs::create_dir(stage.folder.path().join("instances")).unwrap();
}

/// The name of the variable that makes this test program a caller to be killed.
const CALLER: &str = "CALLSHEET_TEST_CALLER";

#[test]
fn killing_the_caller_touches_nothing() {
    if let Some(folder) = std::env::var_os(CALLER) {
        // Here we are the caller; our end comes from outside.
        let mut stage = Processes { folder: tempfile::tempdir().unwrap(), driver: open(Path::new(&folder)) };
        let spec = spec(&stage, "callers.1", &[]);
        start(&mut stage, &spec);
        std::thread::sleep(Duration::from_secs(600));
    }
    let mut stage = Processes::new();
    let program = std::env::current_exe().unwrap();
    let mut caller = std::process::Command::new(program)
        .args(["--exact", "killing_the_caller_touches_nothing"])
        .env(CALLER, stage.folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let id = InstanceId("callers.1".into());
    let address = ready(&mut stage, &id);
    caller.kill().unwrap();
    caller.wait().unwrap();
    assert!(get(address, "/health").is_ok());
    let after = seen(&mut stage, &id).unwrap();
    assert_eq!((after.state, after.notes), (InstanceState::Ready, Vec::new()));
}

#[test]
fn after_a_boot_nothing_of_before_is_listed_but_logs_are_kept() {
    let mut stage = Processes::new();
    let spec = spec(&stage, "boot.1", &["--lines=1"]);
    start(&mut stage, &spec);
    ready(&mut stage, &spec.id);
    let pid = stage.status(&spec.id)["supervisor"]["pid"].as_i64().unwrap() as i32;
    let main = seen(&mut stage, &spec.id).unwrap().pid.unwrap() as i32;
    kill(pid);
    kill(main);
    let path = stage.folder.path().join("instances/boot.1/status.json");
    let mut status = stage.status(&spec.id);
    status["boot"] = "another-boot".into();
    std::fs::write(path, status.to_string()).unwrap();
    // As a power failure leaves a file that was just written.
    let torn = stage.folder.path().join("instances/torn.1");
    std::fs::create_dir(&torn).unwrap();
    std::fs::write(torn.join("spec.json"), "").unwrap();
    assert!(stage.driver.all().unwrap().is_empty());
    assert!(stage.driver.log_tail(&spec.id, 1000).unwrap().starts_with(b"line 000000"));
}

#[test]
fn looks_from_two_callers_while_instances_end_and_supervisors_are_killed_find_no_fault() {
    let mut stage = Processes::new();
    let folder = stage.folder.path().to_owned();
    for round in 0..6 {
        let names: Vec<_> = (0..6).map(|number| InstanceId(format!("looked-at.{round}.{number}"))).collect();
        for id in &names {
            let mut spec = spec(&stage, &id.0, &[]);
            spec.command = vec!["sleep".into(), "600".into()];
            start(&mut stage, &spec);
        }
        if round % 2 == 0 {
            names.iter().for_each(|id| stage.kill_supervisor(id));
        }
        let ended = || open(&folder).all().unwrap().is_empty();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| eventually(ended));
            let all = stage.driver.all().unwrap();
            assert_eq!(all.iter().map(|seen| &seen.id).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
            names.iter().for_each(|id| stage.driver.stop(id).unwrap());
            assert!(eventually(|| stage.driver.all().unwrap().is_empty()));
            assert!(other.join().unwrap());
        });
    }
}
