//! Timeouts and cancels end everything a step has started.

use std::time::Duration;

use callsheet_e2e::{Desk, Moment};

/// A step that leaves a child in the background and then waits.
const RUNBOOK: &str = "\
# Shop

## Deploy

1. Wait for the queue

   ```bash {name=drain ATTRIBUTES}
   (sleep 40; echo 'child survived' >> LEDGER) &
   echo 'drain begin' >> LEDGER
   sleep 50
   ```

2. Stop the service

   ```bash {name=stop}
   echo 'stop begin' >> LEDGER
   ```
";

fn desk(attributes: &str) -> Desk {
    Desk::new(&RUNBOOK.replace("ATTRIBUTES", attributes))
}

/// Sleeping processes that the step has started.
fn sleepers(desk: &Desk) -> usize {
    desk.processes().iter().filter(|process| process.line.starts_with("sleep ")).count()
}

#[test]
fn a_timeout_ends_the_whole_process_group() {
    let desk = desk("timeout=8s");
    let ending = desk.callsheet(&["run", "ops.md#deploy", "--yes"]).expect(1);
    assert!(ending.text().contains("Wait for the queue"), "{ending}");
    assert_eq!((desk.count("drain begin"), desk.count("stop begin")), (1, 0));
    desk.until("the step's processes to be gone", |desk| sleepers(desk) == 0);
}

#[test]
fn a_cancel_from_another_process_ends_it() {
    let desk = desk("");
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    assert!(Moment::Ledger { line: "drain begin".to_owned(), then: Duration::ZERO }.wait(&desk, &mut program));
    let run = desk.run().expect("the run is on record");
    desk.callsheet(&["cancel", &run]);
    program.wait().expect(5);
    desk.until("the step's processes to be gone", |desk| sleepers(desk) == 0);
    assert_eq!((desk.phase(&run).as_str(), desk.count("stop begin")), ("cancelled", 0));
}

#[test]
fn a_cancel_reaches_a_step_whose_command_was_killed() {
    let desk = desk("");
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    assert!(Moment::Ledger { line: "drain begin".to_owned(), then: Duration::ZERO }.wait(&desk, &mut program));
    program.kill();
    let run = desk.run().expect("the run is on record");
    // Nobody executes the run: the command itself carries the cancelling out, so that the lock is free.
    desk.callsheet(&["cancel", &run]).expect(0);
    assert_eq!((desk.phase(&run).as_str(), sleepers(&desk)), ("cancelled", 0));
    desk.until("the keeper to be gone", |desk| desk.keepers().is_empty());
}
