//! What every `Driver` must do. Each case gets a stage of its own: a driver without instances, and the test service to run.

mod answers;
mod crashes;
mod ending;
mod secrets;
mod starting;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callsheet_base::Digest;
use callsheet_rollout::{
    Driver, InstanceId, InstanceSeen, InstanceSpec, InstanceState, Limits, ReadyCheck, Release, RestartPolicy,
};

/// What an implementation's test provides.
pub trait Stage: Send {
    /// The driver at work.
    fn driver(&mut self) -> &mut dyn Driver;

    /// Drops the driver and makes another one for the same instances, as after the caller's death.
    fn reopen(&mut self);

    /// The command that runs the test service, listening where it should, and the folder to run it in.
    fn command(&self) -> (Vec<String>, std::path::PathBuf);

    /// The image's name, for a driver that runs images.
    fn image(&self) -> Option<String> {
        None
    }

    /// The release of this version, as the driver finds it.
    fn release(&self, version: &str) -> Release {
        Release { version: version.to_owned(), digest: Digest::of(version.as_bytes()), one_way: None }
    }

    /// Where the instance answers with the value of a secret.
    fn path_of_secret(&self, name: &str) -> String {
        format!("/env/{name}")
    }

    /// All that others could read: files of the driver, command lines of processes, answers of the means it uses. Name and content.
    fn exposed(&mut self) -> Vec<(String, Vec<u8>)>;

    /// Whether memory can be limited here.
    fn limits_memory(&self) -> bool;
}

/// One promise.
pub type Case = fn(&mut dyn Stage);

/// All cases, by name.
pub const CASES: &[(&str, Case)] = &[
    ("an_instance_becomes_ready", starting::an_instance_becomes_ready),
    ("a_slow_start_is_waited_for", starting::a_slow_start_is_waited_for),
    ("a_wrong_version_is_never_ready", starting::a_wrong_version_is_never_ready),
    ("what_cannot_be_started_is_told", starting::what_cannot_be_started_is_told),
    ("a_second_start_changes_nothing", starting::a_second_start_changes_nothing),
    ("a_name_is_never_used_twice", starting::a_name_is_never_used_twice),
    ("many_instances_run_at_once", starting::many_instances_run_at_once),
    ("a_stop_lets_requests_finish", ending::a_stop_lets_requests_finish),
    ("what_ignores_sigterm_is_killed", ending::what_ignores_sigterm_is_killed),
    ("grandchildren_end_too", ending::grandchildren_end_too),
    ("a_new_caller_finds_and_ends_what_runs", ending::a_new_caller_finds_and_ends_what_runs),
    ("an_unknown_name_is_told", ending::an_unknown_name_is_told),
    ("a_crash_is_followed_by_a_restart", crashes::a_crash_is_followed_by_a_restart),
    ("a_crash_loop_is_given_up_and_stays_listed", crashes::a_crash_loop_is_given_up_and_stays_listed),
    ("too_much_memory_is_told", crashes::too_much_memory_is_told),
    ("secrets_reach_the_instance_and_nobody_else", secrets::secrets_reach_the_instance_and_nobody_else),
    ("a_restart_keeps_name_and_secrets", secrets::a_restart_keeps_name_and_secrets),
    ("the_log_is_in_order_and_outlives_the_instance", answers::the_log_is_in_order_and_outlives_the_instance),
    ("a_log_can_be_followed", answers::a_log_can_be_followed),
    ("the_log_stays_small", answers::the_log_stays_small),
];

/// Plays all cases, so many at once, each on a stage of its own; panics with the names of those that failed.
pub fn play_all<'a>(at_once: usize, make: &(dyn Fn(&str) -> Box<dyn Stage + 'a> + Sync)) {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((name, case)) = CASES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let play = || std::panic::catch_unwind(AssertUnwindSafe(|| case(&mut *make(name))));
                    if play().is_err() {
                        eprintln!("broken promise: {name}");
                        failed.lock().expect("nobody panics while holding it").push(*name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("nobody panics while holding it");
    assert!(failed.is_empty(), "broken promises: {failed:?}");
}

/// How to run the test service as `name`, version 1.0.0, with more arguments.
pub fn spec(stage: &dyn Stage, name: &str, more: &[&str]) -> InstanceSpec {
    let (mut command, folder) = stage.command();
    command.extend(more.iter().map(|argument| (*argument).to_owned()));
    InstanceSpec {
        id: InstanceId(name.to_owned()),
        service: "shop".into(),
        environment: "staging".into(),
        release: stage.release("1.0.0"),
        image: stage.image(),
        command,
        environment_variables: [("GREETING".to_owned(), "hello on {port}".to_owned())].into(),
        folder,
        ready: ReadyCheck {
            path: "/health".into(),
            interval: callsheet_base::Duration::from_millis(50),
            names_version: true,
        },
        grace: callsheet_base::Duration::from_secs(5),
        limits: Limits::default(),
        restart: RestartPolicy::default(),
    }
}

/// Starts it without secrets.
pub fn start(stage: &mut dyn Stage, spec: &InstanceSpec) {
    stage.driver().start(spec, &Default::default()).expect("it starts");
}

/// The instance as it is listed now.
pub fn seen(stage: &mut dyn Stage, id: &InstanceId) -> Option<InstanceSeen> {
    let listed = stage.driver().instances("shop", "staging").expect("instances are listed");
    listed.into_iter().find(|seen| seen.id == *id)
}

/// Waits until the instance is listed so.
pub fn until(
    stage: &mut dyn Stage,
    id: &InstanceId,
    what: &str,
    holds: impl Fn(&InstanceSeen) -> bool,
) -> InstanceSeen {
    let mut last = None;
    let so = eventually(|| {
        last = seen(stage, id);
        last.as_ref().is_some_and(&holds)
    });
    assert!(so, "{}: not {what} in time: {last:?}", id.0);
    last.expect("it was just seen")
}

/// Waits until it is ready; its address.
pub fn ready(stage: &mut dyn Stage, id: &InstanceId) -> SocketAddr {
    let seen = until(stage, id, "ready", |seen| seen.state == InstanceState::Ready);
    seen.address.expect("a ready instance has an address")
}

/// Waits until it is no longer listed.
pub fn until_gone(stage: &mut dyn Stage, id: &InstanceId) {
    let mut last = None;
    let gone = eventually(|| {
        last = seen(stage, id);
        last.is_none()
    });
    assert!(gone, "{}: still listed: {last:?}", id.0);
}

/// Looks again and again, for a minute; whether it came to hold.
pub fn eventually(mut holds: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

/// Status and body of an answer.
pub fn get(address: SocketAddr, path: &str) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let code = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok((code, body.to_owned()))
}
