//! Instances on the screen: listed, followed, restarted. Real ones, under the real supervisor.

use callsheet_base::Digest;
use callsheet_contract::driver::eventually;
use callsheet_contract::service;
use callsheet_driver_process::ProcessDriver;
use callsheet_rollout::{Driver, InstanceId, InstanceSpec, InstanceState, Limits, ReadyCheck, Release, RestartPolicy};

use crate::desk::Desk;

/// A state folder with instances, which end with it.
struct Services {
    desk: Desk,
    driver: ProcessDriver,
}

impl Services {
    fn new() -> Services {
        let desk = Desk::new().with("callsheet.toml", "");
        let folder = desk.path(".callsheet/instances");
        let driver = ProcessDriver::new(&folder, env!("CARGO_BIN_EXE_callsheet").into()).expect("a driver");
        Services { desk, driver }
    }

    fn start(&mut self, id: &str, environment: &str, command: Vec<String>) {
        let spec = InstanceSpec {
            id: InstanceId(id.into()),
            service: "shop".into(),
            environment: environment.into(),
            release: Release { version: "1.4.0".into(), digest: Digest::of(b"1.4.0"), one_way: None },
            image: None,
            command,
            environment_variables: Default::default(),
            folder: "/".into(),
            ready: ReadyCheck {
                path: "/health".into(),
                interval: callsheet_base::Duration::from_millis(50),
                names_version: true,
            },
            grace: callsheet_base::Duration::from_secs(2),
            limits: Limits::default(),
            restart: RestartPolicy::default(),
        };
        self.driver.start(&spec, &Default::default()).expect("it starts");
    }

    fn start_service(&mut self, id: &str, environment: &str) {
        let program = service::program().display().to_string();
        self.start(id, environment, vec![program, "--port={port}".into(), "--version=1.4.0".into()]);
        let ready = |driver: &mut ProcessDriver| {
            let all = driver.all().expect("listed");
            all.iter().any(|seen| seen.id.0 == id && seen.state == InstanceState::Ready)
        };
        assert!(eventually(|| ready(&mut self.driver)), "{:?}", self.driver.all());
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        for seen in self.driver.all().unwrap_or_default() {
            drop(self.driver.stop(&seen.id));
        }
        eventually(|| self.driver.all().is_ok_and(|all| all.is_empty()));
    }
}

#[test]
fn without_instances_the_list_says_so_and_makes_nothing() {
    let desk = Desk::new().with("callsheet.toml", "");
    let ending = desk.callsheet(&["instances"]).expect(0);
    assert_eq!((ending.stdout.as_str(), ending.stderr.as_str()), ("", "no instance runs here\n"));
    assert!(!desk.path(".callsheet").exists());
    let ending = desk.callsheet(&["logs", "--service", "shop"]).expect(2);
    assert!(ending.stderr.contains("no such instance runs here"), "{}", ending.stderr);
}

#[test]
fn instances_are_listed_with_what_is_out_of_the_ordinary() {
    let mut services = Services::new();
    services.start_service("shop-1.4.0.1", "staging");
    services.start("shop-1.4.0.2", "staging", vec!["sleep".into(), "600".into()]);
    assert!(eventually(|| services.driver.all().expect("listed")[1].not_ready.is_some()));
    let ending = services.desk.callsheet(&["instances", "--service", "shop"]).expect(0);
    let lines: Vec<&str> = ending.stdout.lines().collect();
    assert!(lines[0].starts_with("ready          shop-1.4.0.1  1.4.0  127.0.0.1:"), "{}", ending.stdout);
    assert!(lines[1].starts_with("starting       shop-1.4.0.2  1.4.0  127.0.0.1:"), "{}", ending.stdout);
    assert_eq!(lines[2].trim(), "not ready: nobody listens on its port");
    let ending = services.desk.callsheet(&["instances", "--instance", ".1", "--format", "json"]).expect(0);
    let list: serde_json::Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    assert_eq!(list["schema"], "callsheet.instances/1");
    let [one] = list["instances"].as_array().expect("a list").as_slice() else { panic!("{list}") };
    assert_eq!((&one["state"], &one["version"], &one["restarts"]), (&"ready".into(), &"1.4.0".into(), &0.into()));
    let none = services.desk.callsheet(&["instances", "--environment", "production"]).expect(0);
    assert_eq!(none.stdout, "");
}

#[test]
fn logs_of_several_instances_name_each_line() {
    let mut services = Services::new();
    let speak = |word: &str| vec!["sh".into(), "-c".into(), format!("echo {word} one; printf half; exec sleep 600")];
    services.start("shop.1", "staging", speak("red"));
    let spoken = |services: &mut Services, id: &str| {
        let tail = services.driver.log_tail(&InstanceId(id.into()), 100).expect("there is a log");
        tail.ends_with(b"half")
    };
    assert!(eventually(|| spoken(&mut services, "shop.1")));
    let one = services.desk.callsheet(&["logs", "--service", "shop"]).expect(0);
    assert_eq!(one.stdout, "red one\nhalf\n");
    services.start("shop.2", "staging", speak("blue"));
    assert!(eventually(|| spoken(&mut services, "shop.2")));
    let both = services.desk.callsheet(&["logs", "--service", "shop"]).expect(0);
    assert_eq!(both.stdout, "shop.1  red one\nshop.2  blue one\nshop.1  half\nshop.2  half\n");
    // Of one that ended the log is kept, under its whole name; a follower ends with it.
    services.driver.stop(&InstanceId("shop.2".into())).expect("it is told");
    let followed = services.desk.callsheet(&["logs", "--instance", "shop.2", "--follow"]).expect(0);
    assert_eq!(followed.stdout, "blue one\nhalf\n");
    let kept = services.desk.callsheet(&["logs", "--instance", "shop.2"]).expect(0);
    assert_eq!(kept.stdout, "blue one\nhalf\n");
    let mixed = services.desk.callsheet(&["logs", "last", "--service", "shop"]).expect(2);
    assert!(mixed.stderr.contains("cannot be used with"), "{}", mixed.stderr);
}

#[test]
fn a_restart_goes_one_by_one_and_asks_outside_development() {
    let mut services = Services::new();
    services.start_service("shop.1", "production");
    services.start_service("shop.2", "production");
    let before = services.driver.all().expect("listed");
    let asked = services.desk.callsheet(&["restart", "--service", "shop"]).expect(5);
    assert!(asked.stderr.contains("restart 2 instances of shop in production"), "{}", asked.stderr);
    assert_eq!(services.driver.all().expect("listed"), before);
    let done = services.desk.callsheet(&["restart", "--service", "shop", "--yes"]).expect(0);
    assert_eq!(done.stderr, "shop.1 is ready again\nshop.2 is ready again\n");
    let after = services.driver.all().expect("listed");
    for (one, other) in before.iter().zip(&after) {
        assert_eq!((&one.id, one.address, other.restarts), (&other.id, other.address, 0));
        assert_ne!(one.pid, other.pid);
    }
    services.desk.callsheet(&["restart"]).expect(2);
}

#[test]
fn what_does_not_come_back_stays_alone() {
    let mut services = Services::new();
    services.start("shop.1", "dev", vec!["sleep".into(), "600".into()]);
    services.start("shop.2", "dev", vec!["sleep".into(), "600".into()]);
    let run = |driver: &mut ProcessDriver| driver.all().expect("listed").iter().all(|one| one.pid.is_some());
    assert!(eventually(|| run(&mut services.driver)), "{:?}", services.driver.all());
    let second = services.driver.all().expect("listed")[1].pid;
    let ending = services.desk.callsheet(&["restart", "--service", "shop", "--timeout", "3s"]).expect(2);
    assert!(
        ending.stderr.contains("shop.1 is not ready again in time; the others were left alone"),
        "{}",
        ending.stderr
    );
    assert!(ending.stderr.contains("nobody listens on its port"), "{}", ending.stderr);
    assert_eq!(services.driver.all().expect("listed")[1].pid, second);
}

#[test]
fn a_command_runs_with_an_instances_environment_and_asks_outside_development() {
    let mut services = Services::new();
    services.start_service("shop.1", "staging");
    let address = services.driver.all().expect("listed")[0].address.expect("it listens");
    let script = "echo $PORT $PWD ${CALLSHEET_INSTANCE-none}; exit ${1:-0}";
    let exec = ["exec", "--service", "shop", "--yes", "--", "sh", "-c", script, "sh"];
    let done = services.desk.callsheet(&exec).expect(0);
    assert_eq!(done.stdout, format!("{} / none\n", address.port()));
    assert_eq!(done.stderr, "beside shop.1, version 1.4.0\n");
    let failed = services.desk.callsheet(&[&exec[..], &["3"]].concat()).expect(1);
    assert!(failed.stderr.contains("`sh` ended with exit status: 3"), "{}", failed.stderr);
    let asked = services.desk.callsheet(&["exec", "--instance", "shop.1", "--", "true"]).expect(5);
    assert!(asked.stderr.contains("run `true` with the secrets of shop.1 in staging?"), "{}", asked.stderr);
    services.desk.callsheet(&["exec", "--service", "shop"]).expect(2);
    services.desk.callsheet(&["exec", "--", "true"]).expect(2);
}
