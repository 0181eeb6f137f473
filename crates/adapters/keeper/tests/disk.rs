//! A full disk: the step goes on, what is lost is said to be lost, and nothing starts that could not be recorded.

mod support;

use std::path::Path;
use std::process::Command;

use callsheet_keeper::*;
use support::*;

/// A small file system of its own, where that is permitted.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(size: &str) -> Option<SmallDisk> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then_some(SmallDisk { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no byte free; returns the file to remove for room.
    fn fill(&self) -> std::path::PathBuf {
        let filler = self.path().join("filler");
        let mut file = std::fs::File::create(&filler).unwrap();
        let piece = [1; 4096];
        while std::io::Write::write_all(&mut file, &piece).is_ok() {}
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, because a keeper may still be about to end in it.
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

/// A stage whose state folder is the small disk, while steps work elsewhere.
fn stage_on(disk: &SmallDisk) -> Stage {
    let mut stage = Stage::new();
    stage.run = RunDir::new(disk.path().join("run"));
    stage.keeper = launcher(disk.path()).connect(&stage.run).unwrap();
    stage
}

#[test]
fn output_that_does_not_fit_is_lost_with_a_word_and_the_step_goes_on() {
    let Some(disk) = SmallDisk::mount("4m") else { return };
    let mut stage = stage_on(&disk);
    stage.out("x=1");
    let step = stage.step("seq 1 800000; echo done > finished");
    let ended = stage.execute(step);
    assert!(ended.succeeded(), "{ended:?}");
    let Kept::Lost { disk_full: true, preview, .. } = &ended.stdout.kept else { panic!("{:?}", ended.stdout) };
    assert!(preview.first.to_text().starts_with("1\n2\n") && preview.last.to_text().ends_with("800000\n"));
    assert!(stage.work().join("finished").exists());
}

#[test]
fn on_a_full_disk_nothing_starts_but_what_runs_is_recorded() {
    let Some(disk) = SmallDisk::mount("4m") else { return };
    let mut stage = stage_on(&disk);
    let step = stage.step("touch running; until [ -e go ]; do sleep 0.01; done; echo small; x=2");
    let running = stage.start(step);
    let work = stage.work();
    eventually("it runs", || work.join("running").exists());
    let filler = disk.fill();
    std::fs::write(work.join("go"), "").unwrap();
    let ended = stage.ended(&running);
    assert_eq!((ended.succeeded(), text(&ended.stdout).as_str()), (true, "small\n"));
    assert!(matches!(&ended.state, StateOutcome::NotSaved { cause } if cause.contains("No space")), "{ended:?}");
    let fates = recover(&stage.run, &current_boot().unwrap(), std::slice::from_ref(&running)).unwrap().fates;
    assert_eq!(fates, [Fate::Ended(Box::new(ended))]);
    // The log's room is used up step by step; then a step is refused before it is executed.
    let refusal = loop {
        let step = stage.step(&format!("echo {}", "x".repeat(15_000)));
        let claim = stage.start(step);
        let answer =
            stage.keeper.recv_where(|message| matches!(message, Message::Ended(_) | Message::Refused { .. })).unwrap();
        match answer {
            Message::Refused { claim: of, reason } if of == claim => break reason,
            Message::Ended(ended) => assert!(ended.succeeded()),
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(refusal, Refusal::NotRecorded { disk_full: true, .. }), "{refusal:?}");
    std::fs::remove_file(filler).unwrap();
    assert_eq!(stage.out("echo room again"), "room again\n");
}
