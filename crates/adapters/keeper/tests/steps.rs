//! Steps as they are: output, time, families, what stays running.

mod support;

use std::time::{Duration, Instant};

use callsheet_keeper::*;
use support::*;

#[test]
fn a_step_ends_with_its_evidence() {
    let mut stage = Stage::new();
    let step = stage.step("echo out; echo err >&2; exit 3");
    let ended = stage.execute(step);
    assert_eq!(ended.end, End::Exited { code: 3 });
    assert_eq!((text(&ended.stdout), text(&ended.stderr)), ("out\n".into(), "err\n".into()));
    assert!(ended.started <= ended.ended && ended.cpu_micros > 0 && ended.max_rss_bytes > 1 << 20);
    assert!(ended.leftovers.is_empty());
    stage.release();
}

#[test]
fn standard_input_is_empty_and_no_descriptor_is_inherited() {
    let mut stage = Stage::new();
    let listed = "ls /proc/self/fd | wc -l";
    // Whoever started the tests may have left descriptors open for everybody; the keeper must add none.
    let bare =
        std::process::Command::new("bash").args(["-c", listed]).stdin(std::process::Stdio::null()).output().unwrap();
    let bare = String::from_utf8(bare.stdout).unwrap();
    assert_eq!(stage.out(&format!("cat; read x || echo end; {listed}")), format!("end\n{bare}"));
}

#[test]
fn an_attempt_is_executed_once() {
    let mut stage = Stage::new();
    let first = stage.step("echo x >> count");
    let claim = stage.start(first);
    let again = StartStep { claim: claim.clone(), ..stage.step("echo x >> count") };
    stage.start(again);
    assert_eq!(stage.refused(&claim), Refusal::Claimed);
    stage.ended(&claim);
    assert_eq!(std::fs::read_to_string(stage.work().join("count")).unwrap(), "x\n");
}

#[test]
fn a_burned_claim_cannot_start() {
    let mut stage = Stage::new();
    let step = stage.step("touch ran");
    let claim = step.claim.clone();
    stage.keeper.send(&Request::Burn { claim: claim.clone() }).unwrap();
    let answer = stage.keeper.recv_where(|message| matches!(message, Message::Claimed { .. })).unwrap();
    assert_eq!(answer, Message::Claimed { claim: claim.clone(), state: ClaimState::Burned });
    stage.start(step);
    assert_eq!(stage.refused(&claim), Refusal::Burned);
    assert!(!stage.work().join("ran").exists());
}

#[test]
fn large_and_binary_output_is_kept() {
    let mut stage = Stage::new();
    let ended = stage.run("head -c 100000 /dev/zero | tr '\\0' '\\377'; head -c 10000000 /dev/zero | tr '\\0' a >&2");
    let blobs = Blobs::of_state(stage.folder.path());
    let Kept::Blob { digest, .. } = ended.stdout.kept else { panic!("{:?}", ended.stdout) };
    assert_eq!(blobs.read(digest).unwrap(), vec![0xff; 100_000]);
    assert_eq!((ended.stderr.size, ended.stderr.dropped), (10_000_000, 10_000_000 - DEFAULT_OUTPUT_LIMIT));
    let Kept::Blob { digest, .. } = ended.stderr.kept else { panic!("{:?}", ended.stderr) };
    let kept = blobs.read(digest).unwrap();
    assert!(kept.len() as u64 > DEFAULT_OUTPUT_LIMIT && memchr::memmem::find(&kept, b"bytes left out").is_some());
}

#[test]
fn output_comes_live_and_can_be_asked_for() {
    let mut stage = Stage::new();
    let step = stage.step("echo first; until [ -e go ]; do sleep 0.01; done; echo second");
    let claim = stage.start(step);
    let wanted = |message: &Message| matches!(message, Message::Output { bytes, .. } if bytes.to_text() == "first\n");
    stage.keeper.recv_where(wanted).unwrap();
    let mut other = Connection::open(&stage.run).unwrap().unwrap();
    assert_eq!(other.hello.running.len(), 1);
    other.send(&Request::Tail { claim: claim.clone(), stream: Stream::Stdout, from: 2 }).unwrap();
    let Message::Tail { bytes, offset, size, .. } = other.recv_where(|m| matches!(m, Message::Tail { .. })).unwrap()
    else {
        panic!()
    };
    assert_eq!((bytes.to_text().as_str(), offset, size), ("rst\n", 2, 6));
    std::fs::write(stage.work().join("go"), "").unwrap();
    let ended = other.recv_where(|message| matches!(message, Message::Ended(_))).unwrap();
    assert!(matches!(ended, Message::Ended(ended) if text(&ended.stdout) == "first\nsecond\n"));
}

/// Children in the background, in a session of their own, orphaned by a second fork, deaf to TERM.
const FAMILY: &str = r#"
sleep 60 & echo $! >> pids
setsid sleep 61 & echo $! >> pids
( ( setsid sleep 62 & echo $! >> pids ) & )
( trap '' TERM; echo $BASHPID >> pids; sleep 63 & echo $! >> pids; while :; do wait || :; sleep 64; done ) &
until [ "$(wc -l < pids)" = 5 ]; do sleep 0.01; done
"#;

fn pids(stage: &Stage) -> Vec<u32> {
    let text = std::fs::read_to_string(stage.work().join("pids")).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn a_timeout_ends_the_whole_family() {
    let mut stage = Stage::new();
    let mut step = stage.step(&format!("{FAMILY}\nsleep 65"));
    step.timeout = Some(callsheet_base::Duration::from_millis(8000));
    let ended = stage.execute(step);
    assert_eq!((&ended.end, ended.leftovers.len()), (&End::TimedOut, 0));
    assert_eq!(pids(&stage).len(), 5);
    assert!(pids(&stage).iter().all(|pid| !is_alive(*pid)));
}

#[test]
fn a_cancel_ends_one_of_two_steps() {
    let mut stage = Stage::new();
    let mut other = stage.step("setsid sleep 60 & echo $! > other; sleep 66");
    other.state_to = SaveState::Discard;
    let other = stage.start(other);
    let step = stage.step(&format!("{FAMILY}\ntouch ready; sleep 65"));
    let claim = stage.start(step);
    let work = stage.work();
    eventually("both run", || work.join("ready").exists() && work.join("other").exists());
    stage.keeper.send(&Request::Cancel { claim: claim.clone() }).unwrap();
    assert_eq!(stage.ended(&claim).end, End::Cancelled);
    assert!(pids(&stage).iter().all(|pid| !is_alive(*pid)));
    let others: u32 = std::fs::read_to_string(work.join("other")).unwrap().trim().parse().unwrap();
    assert!(is_alive(others));
    stage.keeper.send(&Request::Cancel { claim: other.clone() }).unwrap();
    stage.ended(&other);
    assert!(!is_alive(others));
}

#[test]
fn a_finished_step_may_leave_a_service() {
    let mut stage = Stage::new();
    let ended = stage.run("( trap '' HUP; echo started; while sleep 0.02; do echo tick; done ) & echo $! > pid");
    let pid: u32 = std::fs::read_to_string(stage.work().join("pid")).unwrap().trim().parse().unwrap();
    assert_eq!(ended.end, End::Exited { code: 0 });
    assert!(ended.leftovers.iter().any(|left| left.pid == pid), "{ended:?}");
    // A later timeout is not its business, nor is the end of the run, although it writes into the step's pipe.
    let mut step = stage.step("sleep 60");
    step.timeout = Some(callsheet_base::Duration::from_millis(50));
    assert_eq!(stage.execute(step).end, End::TimedOut);
    let run = stage.run.clone();
    stage.release();
    eventually("the keeper goes", || Connection::open(&run).unwrap().is_none());
    std::thread::sleep(Duration::from_millis(100));
    assert!(is_alive(pid));
    kill(pid, rustix::process::Signal::KILL);
}

#[test]
fn a_step_does_not_wait_for_what_it_leaves() {
    let mut stage = Stage::new();
    let before = Instant::now();
    let ended = stage.run("nohup sleep 60 >/dev/null 2>&1 & echo $! > pid");
    assert!(before.elapsed() < Duration::from_secs(30));
    assert_eq!(ended.leftovers.len(), 1);
    assert_eq!(stage.out("echo next"), "next\n");
    kill(ended.leftovers[0].pid, rustix::process::Signal::KILL);
}

#[test]
fn the_last_words_of_a_tee_are_kept() {
    let mut stage = Stage::new();
    let ended = stage.run("exec > >(sleep 0.05; cat)\necho through a helper");
    assert_eq!(text(&ended.stdout), "through a helper\n");
}

#[test]
fn secrets_are_given_and_never_shown() {
    let mut stage = Stage::new();
    let secret = "s3cret/value+with 'quotes'";
    stage.secrets = vec![NamedSecret::new("DEPLOY_PW", secret)];
    stage.env.push(("API_TOKEN".into(), "tok-1234567890".into()));
    stage.env.push(("DATABASE_URL".into(), "postgres://app:pa55word99@db/x".into()));
    let ended = stage.run(
        "printf '%s\\n' \"$DEPLOY_PW\" \"$API_TOKEN\" \"$DATABASE_URL\"; printf %s \"$DEPLOY_PW\" | base64; printf '%q\\n' \"$DEPLOY_PW\"
         printf s3cret/; sleep 0.05; printf '%s' \"value+with 'quotes'\" | cat\necho; echo ${#DEPLOY_PW} pa55word99 >&2
         SESSION_TOKEN=abcdefgh-0123456789",
    );
    let shown = format!("{}{}", text(&ended.stdout), text(&ended.stderr));
    for hidden in ["s3cret", "tok-1234567890", "pa55word99"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("[redacted:DEPLOY_PW]") && shown.contains("[redacted:API_TOKEN]"), "{shown}");
    assert_eq!(stage.out("echo $SESSION_TOKEN"), "[redacted:SESSION_TOKEN]\n");
    // Nowhere on the disk either, and on no command line.
    let step = stage.step(&format!("echo \"{secret}\"; tr '\\0' ' ' < /proc/$$/cmdline"));
    let ended = stage.execute(step);
    assert!(text(&ended.stdout).contains("/fd/"), "{ended:?}");
    for entry in walk(stage.folder.path()) {
        let bytes = std::fs::read(&entry).unwrap_or_default();
        for hidden in ["s3cret/value", "tok-1234567890", "pa55word99", "abcdefgh-0123456789"] {
            assert!(memchr::memmem::find(&bytes, hidden.as_bytes()).is_none(), "{hidden} in {}", entry.display());
        }
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files.extend(walk(&entry.path()));
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    files
}

#[test]
fn an_idle_keeper_goes() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunDir::new(folder.path().join("runs/one"));
    let mut launcher = launcher(folder.path());
    launcher.idle = Duration::ZERO;
    let connection = launcher.connect(&run);
    let pid = connection.as_ref().map(|connection| connection.hello.pid).ok();
    drop(connection);
    eventually("the keeper goes", || !pid.is_some_and(is_alive) && run.try_lock().unwrap().is_some());
}
