//! Two people resume at once: one decides, the other is told who does.

use std::time::Duration;

use callsheet_e2e::{Desk, Moment, Promise};

/// Its first step ends once there is a file `may-end`: nobody comes too late to it.
const RUNBOOK: &str = "\
# Shop

## Deploy

1. Build

   ```bash {name=build}
   echo 'build begin' >> LEDGER
   until [ -e may-end ]; do sleep 0.02; done
   echo 'build end' >> LEDGER
   ```

2. Start

   ```bash {name=start}
   echo 'start begin' >> LEDGER
   sleep 0.2
   echo 'start end' >> LEDGER
   ```
";

#[test]
fn one_of_two_goes_on() {
    let desk = Desk::new(RUNBOOK);
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    assert!(Moment::Ledger { line: "build begin".to_owned(), then: Duration::ZERO }.wait(&desk, &mut program));
    program.kill();
    let run = desk.run().expect("the run is on record");
    desk.write("may-end", "");
    let rivals = [0, 1, 2].map(|_| desk.start(&["resume", &run, "--yes"]));
    let endings = rivals.map(|rival| rival.wait());
    let winners = endings.iter().filter(|ending| ending.code == Some(0)).count();
    assert!(winners >= 1, "somebody must go on: {}", endings.map(|ending| ending.to_string()).join("\n"));
    for loser in endings.iter().filter(|ending| ending.code != Some(0)) {
        assert_eq!(loser.code, Some(7), "{loser}");
    }
    let promise = Promise { steps: vec!["build".to_owned(), "start".to_owned()], ..Promise::default() };
    promise.kept(&desk, &run).unwrap();
}

#[test]
fn a_second_run_of_the_same_service_is_told_who_holds_the_lock() {
    let desk = Desk::new(&format!("---\nservice: shop\n---\n\n{RUNBOOK}"));
    let mut first = desk.start(&["run", "ops.md#deploy", "--env", "test", "--yes"]);
    assert!(Moment::Ledger { line: "build begin".to_owned(), then: Duration::ZERO }.wait(&desk, &mut first));
    let refused = desk.callsheet(&["run", "ops.md#deploy", "--env", "test", "--yes"]).expect(7);
    assert!(refused.text().contains("shop"), "{refused}");
    // The lock belongs to the run, so it survives the run's process.
    first.kill();
    desk.callsheet(&["run", "ops.md#deploy", "--env", "test", "--yes"]).expect(7);
    desk.write("may-end", "");
    desk.callsheet(&["resume", "--all", "--yes"]).expect(0);
    desk.callsheet(&["run", "ops.md#deploy", "--env", "test", "--yes"]).expect(0);
    assert_eq!(desk.count("start end"), 2);
}

#[test]
fn a_lock_is_freed_on_the_record() {
    let desk = Desk::new(&format!("---\nservice: shop\n---\n\n{RUNBOOK}"));
    let mut first = desk.start(&["run", "ops.md#deploy", "--env", "test", "--yes"]);
    assert!(Moment::Ledger { line: "build begin".to_owned(), then: Duration::from_millis(5) }.wait(&desk, &mut first));
    desk.cut_power();
    first.kill();
    let run = desk.run().expect("the run is on record");
    desk.callsheet(&["abandon", &run, "--note", "the machine is gone"]).expect(0);
    desk.write("may-end", "");
    desk.callsheet(&["run", "ops.md#deploy", "--env", "test", "--yes"]).expect(0);
}
