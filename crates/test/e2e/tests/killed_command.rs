//! kill -9 of the command, at every record it makes and inside every step: the run goes on where it was, nothing runs twice.

use std::time::Duration;

use callsheet_e2e::{Desk, Moment, Promise};

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Fetch the release

   ```bash {name=fetch}
   echo 'fetch begin' >> LEDGER
   sleep 0.03
   echo 'fetch end' >> LEDGER
   ```

2. Migrate

   ```bash {name=migrate}
   echo 'migrate begin' >> LEDGER
   sleep 0.03
   echo 'migrate end' >> LEDGER
   ```

3. Start it

   ```bash {name=start}
   echo 'start begin' >> LEDGER
   sleep 0.03
   echo 'start end' >> LEDGER
   ```
";

fn promise() -> Promise {
    Promise { steps: ["fetch", "migrate", "start"].map(ToOwned::to_owned).to_vec(), ..Promise::default() }
}

/// The runbook with a second to meet this step in.
fn lingering_in(step: &str) -> String {
    let begin = format!("'{step} begin' >> LEDGER\n   sleep ");
    RUNBOOK.replace(&format!("{begin}0.03"), &format!("{begin}1"))
}

/// Runs, kills the command at `moment`, resumes. False if the run was over before the moment came.
#[track_caller]
fn killed_at(moment: &Moment, runbook: &str) -> bool {
    let desk = Desk::new(runbook);
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    let hit = moment.wait(&desk, &mut program);
    if !hit {
        program.wait().expect(0);
        return false;
    }
    program.kill();
    match desk.run() {
        None => assert!(desk.ledger().is_empty(), "steps began without a run on record: {:?}", desk.ledger()),
        Some(run) => {
            // Killed after its last record, there is nothing left to go on with; that is no fault.
            desk.callsheet(&["resume", "--all", "--yes"]).expect(0);
            promise().kept(&desk, &run).unwrap_or_else(|broken| panic!("{moment:?}: {broken}"));
        }
    }
    true
}

#[test]
fn at_every_record() {
    let mut count = 1;
    while killed_at(&Moment::Record { count, then: Duration::ZERO }, RUNBOOK) {
        count += 1;
        assert!(count < 60, "three steps make no {count} commits");
    }
    assert!(count > 4, "only {} commits were seen for three steps", count - 1);
}

#[test]
fn inside_every_step() {
    for step in ["fetch", "migrate", "start"] {
        let line = format!("{step} begin");
        let moment = Moment::Ledger { line, then: Duration::from_millis(5) };
        assert!(killed_at(&moment, &lingering_in(step)), "`{step}` was seen too late");
    }
}

#[test]
fn the_step_outlives_the_command_and_its_outcome_is_kept() {
    let desk = Desk::new(&lingering_in("fetch"));
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    assert!(Moment::Ledger { line: "fetch begin".to_owned(), then: Duration::ZERO }.wait(&desk, &mut program));
    program.kill();
    desk.until("the step to end without Callsheet", |desk| desk.count("fetch end") == 1);
    assert_eq!(desk.count("migrate begin"), 0, "nobody decides while Callsheet is dead");
    desk.callsheet(&["resume", "--all", "--yes"]).expect(0);
    let run = desk.run().expect("the run is on record");
    promise().kept(&desk, &run).unwrap();
}
