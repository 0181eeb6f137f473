//! Ends that nobody asked for.

use callsheet_rollout::{InstanceState, RestartPolicy};

use super::{Stage, get, ready, spec, start, until, until_gone};

pub(super) fn a_crash_is_followed_by_a_restart(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &[]);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    // The answer is lost with the process.
    drop(get(address, "/exit/7"));
    let again =
        until(stage, &spec.id, "started again", |seen| seen.restarts == 1 && seen.state == InstanceState::Ready);
    assert_eq!(again.last_end.as_deref(), Some("exit code 7"));
    let address = again.address.expect("a ready instance has an address");
    assert_eq!(get(address, "/health").expect("it answers").0, 200);
}

pub(super) fn a_crash_loop_is_given_up_and_stays_listed(stage: &mut dyn Stage) {
    let mut spec = spec(stage, "shop.1", &["--exit-after=20", "--exit-code=3"]);
    spec.restart = RestartPolicy { first_delay: callsheet_base::Duration::from_millis(20), ends: 4, ..spec.restart };
    start(stage, &spec);
    let given_up = until(stage, &spec.id, "given up", |seen| matches!(seen.state, InstanceState::CrashLooping { .. }));
    assert_eq!(given_up.state, InstanceState::CrashLooping { last: "exit code 3".into() });
    assert_eq!((given_up.last_end.as_deref(), given_up.pid), (Some("exit code 3"), None));
    assert!(given_up.restarts >= 3, "{given_up:?}");
    stage.reopen();
    let still = until(stage, &spec.id, "listed", |_| true);
    assert_eq!(still, given_up);
    stage.driver().stop(&spec.id).expect("it is told");
    until_gone(stage, &spec.id);
}

pub(super) fn too_much_memory_is_told(stage: &mut dyn Stage) {
    if !stage.limits_memory() {
        eprintln!("SKIPPED too_much_memory_is_told: memory cannot be limited here");
        return;
    }
    let mut spec = spec(stage, "shop.1", &[]);
    spec.limits.memory_bytes = Some(48 << 20);
    spec.limits.cpu_millis = Some(900);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    assert_eq!(get(address, "/allocate/8").expect("it has room for this").0, 200);
    drop(get(address, "/allocate/200"));
    let again = until(stage, &spec.id, "started again", |seen| seen.restarts == 1);
    let words = again.last_end.expect("it ended");
    assert!(words.starts_with("out of memory (limit 48 MiB"), "{words}");
}
