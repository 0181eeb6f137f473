//! A full disk stops a run cleanly, says so, and the run goes on when there is room again.

use std::path::{Path, PathBuf};
use std::process::Command;

use callsheet_e2e::Desk;

const RUNBOOK: &str = "\
# Shop

## Deploy

1. First

   ```bash {name=first}
   echo 'first begin' >> LEDGER
   ```

2. Much output

   ```bash {name=much}
   echo 'much begin' >> LEDGER
   head -c 3000000 /dev/urandom | base64
   ```

3. Last

   ```bash {name=last}
   echo 'last begin' >> LEDGER
   ```
";

/// A small file system in memory, gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(place: &Path) -> Option<SmallDisk> {
        std::fs::create_dir_all(place).ok()?;
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=1536k", "callsheet-test"]).arg(place);
        command.stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success()).then(|| SmallDisk(place.to_owned()))
    }

    fn grow(&self) {
        let grown = Command::new("mount").args(["-o", "remount,size=64m"]).arg(&self.0).status();
        assert!(grown.is_ok_and(|status| status.success()), "a mounted tmpfs can grow");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a keeper may still have a file open.
        let _gone = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn it_stops_says_so_and_goes_on() {
    let desk = Desk::new(RUNBOOK);
    let Some(disk) = SmallDisk::mount(&desk.state()) else {
        eprintln!("skipped: mounting a small file system needs root and CAP_SYS_ADMIN");
        return;
    };
    let ballast = desk.state().join("ballast");
    let began = desk.callsheet(&["run", "ops.md#deploy", "--yes"]);
    // The output does not fit. Either it is noted as lost and the run goes on, or the journal itself is full and the run stops.
    if began.code != Some(0) {
        assert!(began.text().contains("space"), "the person is told that the disk is full: {began}");
        assert_ne!(began.code, None, "no signal: {began}");
    }
    let run = desk.run().expect("the run is on record");
    // Now nothing fits at all.
    let room = std::fs::write(&ballast, vec![1; 2 << 20]);
    assert!(room.is_err(), "the disk is small");
    let refused = desk.callsheet(&["run", "ops.md#deploy", "--yes"]);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert!(refused.text().contains("space"), "{refused}");
    let before = desk.count("first begin");
    std::fs::remove_file(&ballast).unwrap();
    disk.grow();
    if began.code != Some(0) {
        desk.callsheet(&["resume", &run, "--yes"]);
    }
    assert_eq!(desk.count("first begin"), before, "no finished step runs again");
    desk.callsheet(&["verify", &run]).expect(0);
    drop(disk);
}

/// Writes until nothing fits any more, the last byte included.
fn fill(ballast: &Path) {
    let mut file = std::fs::File::create(ballast).expect("a name fits");
    for piece in [64 << 10, 4096, 1] {
        while std::io::Write::write_all(&mut file, &vec![1; piece]).is_ok() {}
    }
}

#[test]
fn on_a_full_disk_one_can_look_and_make_room() {
    let desk = Desk::new("# Shop\n\n## Deploy\n\n```bash {name=much}\nhead -c 200000 /dev/urandom | base64\n```\n");
    let Some(disk) = SmallDisk::mount(&desk.state()) else {
        eprintln!("skipped: mounting a small file system needs root and CAP_SYS_ADMIN");
        return;
    };
    disk.grow();
    desk.callsheet(&["run", "ops.md#deploy", "--yes"]).expect(0);
    let ballast = desk.state().join("ballast");
    fill(&ballast);
    assert!(desk.callsheet(&["runs"]).expect(0).stdout.contains("ops.md#deploy"));
    assert!(desk.callsheet(&["show", "last"]).expect(0).stdout.contains("exit status 0"));
    desk.callsheet(&["verify", "last"]).expect(0);
    desk.callsheet(&["status"]).expect(0);
    let refused = desk.callsheet(&["run", "ops.md#deploy", "--yes"]);
    assert_ne!(refused.code, Some(0), "{refused}");

    let pruned = desk.callsheet(&["state", "prune", "--older-than", "0s"]).expect(0);
    assert!(pruned.stderr.contains("removed 1 output"), "{pruned}");
    desk.callsheet(&["runs"]).expect(0);
    drop(disk);
}
