//! Whoever dies, and whenever: `recover` tells the truth, and nothing is executed twice.

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use callsheet_base::BootId;
use callsheet_keeper::*;
use rustix::process::Signal;
use support::*;

fn fate(stage: &Stage, claim: &Claim) -> Fate {
    fate_in(&stage.run, &current_boot().unwrap(), claim)
}

fn fate_in(run: &RunDir, boot: &BootId, claim: &Claim) -> Fate {
    recover(run, boot, std::slice::from_ref(claim)).unwrap().fates.remove(0)
}

/// A stage whose keeper dies at a place.
fn dying(place: &str) -> Stage {
    let mut stage = Stage::new();
    stage.keeper.send(&Request::Release).unwrap();
    stage.keeper.recv_where(|message| *message == Message::Released).unwrap();
    stage.keeper = dying_launcher(stage.folder.path(), place).connect(&stage.run).unwrap();
    stage
}

fn until_it_dies(stage: &mut Stage) {
    let error = loop {
        if let Err(error) = stage.keeper.recv() {
            break error;
        }
    };
    assert!(matches!(error, KeeperError::Closed | KeeperError::Broken(_)), "{error:?}");
}

/// Lets a keeper die at `place` while it executes `touch ran`; returns the fate, and whether it was executed.
fn dies_at(place: &str) -> (Fate, bool) {
    let mut stage = dying(place);
    let step = stage.step("touch ran");
    let claim = stage.start(step);
    until_it_dies(&mut stage);
    let first = fate(&stage, &claim);
    // What was executed may still be at it.
    let work = stage.work();
    if matches!(first, Fate::Gone { .. }) && place == "after-start" {
        eventually("the orphan runs on", || work.join("ran").exists());
    }
    let ran = work.join("ran").exists();
    // A later keeper must not execute it, and asking again tells the same.
    stage.keeper = launcher(stage.folder.path()).connect(&stage.run).unwrap();
    let step = StartStep { claim: claim.clone(), ..stage.step("touch again") };
    stage.start(step);
    assert!(matches!(stage.refused(&claim), Refusal::Burned | Refusal::Claimed));
    assert!(!work.join("again").exists());
    let second = fate(&stage, &claim);
    assert!(
        second == first || matches!((&first, &second), (Fate::Gone { .. }, Fate::Gone { .. })),
        "{first:?} {second:?}"
    );
    (first, ran)
}

#[test]
fn a_keeper_that_dies_before_the_claim_started_nothing() {
    assert_eq!(dies_at("before-claim"), (Fate::NotStarted, false));
}

#[test]
fn a_keeper_that_dies_between_claim_and_execution_leaves_doubt() {
    assert_eq!(dies_at("after-claim"), (Fate::Gone { still_running: None }, false));
}

#[test]
fn a_keeper_that_dies_before_the_record_leaves_doubt() {
    assert_eq!(dies_at("before-record"), (Fate::Gone { still_running: None }, true));
    let (fate, ran) = dies_at("after-start");
    assert!(matches!(fate, Fate::Gone { .. }) && ran);
}

#[test]
fn a_keeper_that_dies_after_the_record_leaves_certainty() {
    let (fate, ran) = dies_at("after-record");
    let Fate::Ended(ended) = fate else { panic!("{fate:?}") };
    assert!(ran && ended.succeeded());
}

#[test]
fn an_orphaned_step_is_named_until_it_ends() {
    let mut stage = Stage::new();
    let step = stage.step("touch ran; exec sleep 60");
    let claim = stage.start(step);
    let work = stage.work();
    eventually("it runs", || work.join("ran").exists());
    kill(stage.keeper.hello.pid, Signal::KILL);
    until_it_dies(&mut stage);
    let Fate::Gone { still_running: Some(pid) } = fate(&stage, &claim) else { panic!("the orphan is not named") };
    assert!(is_alive(pid));
    kill(pid, Signal::KILL);
    eventually("it ended", || fate(&stage, &claim) == Fate::Gone { still_running: None });
}

#[test]
fn a_client_that_goes_away_finds_the_step_again() {
    let mut stage = Stage::new();
    let step = stage.step("echo one; until [ -e go ]; do sleep 0.01; done; echo two; x=kept");
    let claim = stage.start(step);
    stage.keeper.recv_where(|message| matches!(message, Message::Output { .. })).unwrap();
    let pid = stage.keeper.hello.pid;
    // The connection is dropped without a word, as by a death.
    let boot = current_boot().unwrap();
    let recovery = recover(&stage.run, &boot, &[claim.clone(), support::claim(99)]).unwrap();
    assert!(matches!(recovery.fates[..], [Fate::Running { .. }, Fate::NotStarted]), "{:?}", recovery.fates);
    stage.keeper = recovery.keeper.unwrap();
    assert_eq!(stage.keeper.hello.pid, pid);
    std::fs::write(stage.work().join("go"), "").unwrap();
    let ended = stage.ended(&claim);
    assert_eq!((text(&ended.stdout).as_str(), ended.succeeded()), ("one\ntwo\n", true));
    assert!(matches!(fate(&stage, &claim), Fate::Ended(_)));
}

#[test]
fn a_keeper_survives_the_death_of_its_parent() {
    // This test again, as a process of its own that starts a step and is killed.
    if let Ok(folder) = std::env::var("KEEPER_TEST_CHILD") {
        let run = RunDir::new(std::path::Path::new(&folder).join("runs/one"));
        let mut keeper = launcher(std::path::Path::new(&folder)).connect(&run).unwrap();
        let mut stage = Stage::new();
        let step = StartStep {
            directory: folder.into(),
            ..stage.step("touch ran; until [ -e go ]; do sleep 0.01; done; echo done")
        };
        keeper.send(&Request::Start(Box::new(step))).unwrap();
        std::thread::sleep(Duration::from_secs(30));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_keeper_survives_the_death_of_its_parent"])
        .env("KEEPER_TEST_CHILD", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the step runs", || folder.path().join("ran").exists());
    // Everything in the parent's process group gets it, as from a terminal that closes.
    parent.kill().unwrap();
    parent.wait().unwrap();
    let run = RunDir::new(folder.path().join("runs/one"));
    let recovery = recover(&run, &current_boot().unwrap(), &[claim(1)]).unwrap();
    assert!(matches!(recovery.fates[..], [Fate::Running { .. }]));
    std::fs::write(folder.path().join("go"), "").unwrap();
    let mut keeper = recovery.keeper.unwrap();
    let ended = keeper.recv_where(|message| matches!(message, Message::Ended(_))).unwrap();
    assert!(matches!(ended, Message::Ended(ended) if text(&ended.stdout) == "done\n"));
    keeper.send(&Request::Release).unwrap();
}

#[test]
fn of_racing_keepers_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunDir::new(folder.path().join("runs/one"));
    let pids: Vec<u32> = std::thread::scope(|scope| {
        let connect = || launcher(folder.path()).connect(&run).unwrap();
        let racers: Vec<_> = (0..6).map(|_| scope.spawn(connect)).collect();
        racers.into_iter().map(|racer| racer.join().unwrap().hello.pid).collect()
    });
    assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
}

#[test]
fn a_recovery_and_a_start_race_to_one_truth() {
    for round in 0..10 {
        let mut stage = Stage::new();
        let step = stage.step("echo x >> count");
        let claim = step.claim.clone();
        let boot = current_boot().unwrap();
        let run = stage.run.clone();
        let fate = std::thread::scope(|scope| {
            let recovering = scope.spawn(|| {
                std::thread::sleep(Duration::from_micros(round * 300));
                fate_in(&run, &boot, &claim)
            });
            stage.start(step);
            recovering.join().unwrap()
        });
        match fate {
            Fate::NotStarted => {
                assert_eq!(stage.refused(&claim), Refusal::Burned);
                assert!(!stage.work().join("count").exists());
            }
            Fate::Running { .. } | Fate::Ended(_) => {
                assert!(stage.ended(&claim).succeeded());
                assert_eq!(std::fs::read_to_string(stage.work().join("count")).unwrap(), "x\n");
            }
            Fate::Gone { .. } => panic!("nobody died"),
        }
    }
}

#[test]
fn after_a_reboot_what_is_not_recorded_is_in_doubt() {
    let mut stage = Stage::new();
    let ended = stage.run("true");
    stage.keeper.send(&Request::Release).unwrap();
    until_it_dies(&mut stage);
    let next_boot = BootId("the-boot-after".into());
    assert!(matches!(fate_in(&stage.run, &next_boot, &ended.claim), Fate::Ended(_)));
    let lost = claim(50);
    let again = RunDir::new(stage.folder.path().join("runs/two"));
    assert_eq!(fate_in(&again, &next_boot, &lost), Fate::NotStarted, "no keeper was ever started there");
    // The first recovery of that boot settled everything that was open; what comes later is certain again.
    assert_eq!(fate_in(&stage.run, &next_boot, &lost), Fate::NotStarted);
    let third = BootId("the-boot-after-that".into());
    let open = claim(51);
    assert_eq!(fate_in(&stage.run, &third, &open), Fate::Gone { still_running: None });
    assert_eq!(fate_in(&stage.run, &third, &open), Fate::Gone { still_running: None });
}

#[test]
fn a_stopped_keeper_records_what_it_ended() {
    let mut stage = Stage::new();
    let step = stage.step("touch ran; sleep 60");
    let claim = stage.start(step);
    let work = stage.work();
    eventually("it runs", || work.join("ran").exists());
    kill(stage.keeper.hello.pid, Signal::TERM);
    assert_eq!(stage.ended(&claim).end, End::KeeperStopped);
    until_it_dies(&mut stage);
    assert!(matches!(fate(&stage, &claim), Fate::Ended(ended) if ended.end == End::KeeperStopped));
}
