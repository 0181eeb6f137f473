//! From ready to nothing.

use std::time::Duration;

use callsheet_rollout::{DriverError, InstanceId, InstanceState};

use super::{Stage, eventually, get, ready, seen, spec, start, until, until_gone};

pub(super) fn a_stop_lets_requests_finish(stage: &mut dyn Stage) {
    let mut spec = spec(stage, "shop.1", &[]);
    spec.grace = callsheet_base::Duration::from_secs(30);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    let request = std::thread::spawn(move || get(address, "/slow/6000"));
    std::thread::sleep(Duration::from_millis(1500));
    stage.driver().stop(&spec.id).expect("it is told");
    until(stage, &spec.id, "ending", |seen| seen.state == InstanceState::Ending);
    // Told twice is told once.
    stage.driver().stop(&spec.id).expect("it is told");
    let answer = request.join().expect("the request's thread").expect("the request is answered");
    assert_eq!(answer, (200, "done".to_owned()));
    until_gone(stage, &spec.id);
    assert!(get(address, "/health").is_err(), "nobody listens any more");
    stage.driver().stop(&spec.id).expect("it is known to have ended");
}

pub(super) fn what_ignores_sigterm_is_killed(stage: &mut dyn Stage) {
    let mut spec = spec(stage, "shop.1", &["--ignore-term"]);
    spec.grace = callsheet_base::Duration::from_millis(3000);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    stage.driver().stop(&spec.id).expect("it is told");
    until(stage, &spec.id, "ending", |seen| seen.state == InstanceState::Ending);
    assert!(get(address, "/health").is_ok(), "it has its grace");
    until_gone(stage, &spec.id);
    assert!(get(address, "/health").is_err(), "nobody listens any more");
}

pub(super) fn grandchildren_end_too(stage: &mut dyn Stage) {
    // These ignore SIGTERM, have a process group of their own, and outlive the service itself.
    let mut spec = spec(stage, "shop.1", &["--children=3"]);
    spec.grace = callsheet_base::Duration::from_millis(300);
    spec.environment_variables.insert("FAMILY".into(), "of-{port}".into());
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    let family = format!("FAMILY=of-{}", port_of(&get(address, "/env/FAMILY").expect("it answers").1));
    let all = eventually(|| processes_with(&family) == 4);
    assert!(all, "the service and three more run: {}", processes_with(&family));
    stage.driver().stop(&spec.id).expect("it is told");
    until_gone(stage, &spec.id);
    assert_eq!(processes_with(&family), 0);
}

fn port_of(text: &str) -> &str {
    text.strip_prefix("of-").expect("the variable was filled in")
}

/// Living processes of this machine with such a variable in their environment.
fn processes_with(variable: &str) -> usize {
    let has = |entry: &std::fs::DirEntry| {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
    };
    std::fs::read_dir("/proc").expect("there is /proc").flatten().filter(has).count()
}

pub(super) fn a_new_caller_finds_and_ends_what_runs(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &[]);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    let before = seen(stage, &spec.id).expect("it is listed");
    stage.reopen();
    assert_eq!(seen(stage, &spec.id), Some(before.clone()));
    start(stage, &spec);
    assert_eq!(seen(stage, &spec.id), Some(before));
    assert!(get(address, "/health").is_ok());
    stage.driver().stop(&spec.id).expect("it is told");
    until_gone(stage, &spec.id);
    assert!(get(address, "/health").is_err());
}

pub(super) fn an_unknown_name_is_told(stage: &mut dyn Stage) {
    let id = InstanceId("shop.99".into());
    assert!(matches!(stage.driver().stop(&id), Err(DriverError::Unknown(_))));
    assert!(matches!(stage.driver().restart(&id), Err(DriverError::Unknown(_))));
    assert!(matches!(stage.driver().log_tail(&id, 10), Err(DriverError::Unknown(_))));
    let outside = InstanceId("../../etc".into());
    assert!(matches!(stage.driver().log_tail(&outside, 10), Err(DriverError::Unknown(_))));
    assert!(matches!(stage.driver().stop(&outside), Err(DriverError::Unknown(_))));
}
