//! The keeper dies with its step: nobody knows how far the step came, so a person is asked and nothing is repeated silently.

use std::time::Duration;

use callsheet_e2e::{Desk, Ending, Moment, stories};

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Charge the cards

   ```bash {name=charge}
   echo 'charge begin' >> LEDGER
   sleep 30
   echo 'charge end' >> LEDGER
   ```

2. Tell the customers

   ```bash {name=tell}
   echo 'tell begin' >> LEDGER
   ```
";

/// Power fails inside the first step; the run is then in doubt.
fn in_doubt(runbook: &str) -> (Desk, String) {
    let desk = Desk::new(runbook);
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    let inside = Moment::Ledger { line: "charge begin".to_owned(), then: Duration::from_millis(5) };
    assert!(inside.wait(&desk, &mut program));
    desk.cut_power();
    program.kill();
    let run = desk.run().expect("the run is on record");
    (desk, run)
}

fn resumed(desk: &Desk) -> Ending {
    desk.callsheet(&["resume", "--all", "--yes"])
}

#[test]
fn the_step_is_in_doubt_and_not_repeated() {
    let (desk, _run) = in_doubt(RUNBOOK);
    let ending = resumed(&desk).expect(6);
    assert!(ending.text().contains("charge"), "the person is told which step: {ending}");
    assert!(ending.text().contains("callsheet retry"), "and how to go on: {ending}");
    assert_eq!(stories::doubtful_steps(&ending.text()), ["charge"]);
    // Asking again changes nothing.
    resumed(&desk).expect(6);
    assert_eq!((desk.count("charge begin"), desk.count("tell begin")), (1, 0));
}

#[test]
fn a_person_says_that_it_was_done() {
    let (desk, run) = in_doubt(RUNBOOK);
    resumed(&desk).expect(6);
    desk.callsheet(&["done", &run, "charge", "--note", "the bank has it"]).expect(0);
    resumed(&desk).expect(0);
    assert_eq!((desk.count("charge begin"), desk.count("tell begin")), (1, 1));
    let record = desk.callsheet(&["show", &run]).expect(0);
    assert!(record.stdout.contains("the bank has it"), "the person's words are evidence: {record}");
}

#[test]
fn a_person_says_to_go_on_without_it() {
    let (desk, run) = in_doubt(RUNBOOK);
    resumed(&desk).expect(6);
    desk.callsheet(&["skip", &run, "charge", "--note", "refunded by hand"]).expect(0);
    resumed(&desk).expect(0);
    assert_eq!((desk.count("charge begin"), desk.count("tell begin")), (1, 1));
}

#[test]
fn a_person_says_to_try_again() {
    let (desk, run) = in_doubt(&RUNBOOK.replace("sleep 30", "[ $(wc -l < LEDGER) -gt 1 ] || sleep 30"));
    resumed(&desk).expect(6);
    desk.callsheet(&["retry", &run, "charge", "--note", "nothing was charged"]).expect(0);
    resumed(&desk).expect(0);
    assert_eq!((desk.count("charge begin"), desk.count("charge end"), desk.count("tell begin")), (2, 1, 1));
}

#[test]
fn an_idempotent_step_runs_again_unasked() {
    let runbook = RUNBOOK
        .replace("{name=charge}", "{name=charge idempotent=true}")
        .replace("sleep 30", "[ $(wc -l < LEDGER) -gt 1 ] || sleep 30");
    let (desk, _run) = in_doubt(&runbook);
    resumed(&desk).expect(0);
    assert_eq!((desk.count("charge begin"), desk.count("tell begin")), (2, 1));
}

#[test]
fn a_keeper_that_dies_alone_is_noticed_by_the_living_command() {
    let desk = Desk::new(RUNBOOK);
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    let inside = Moment::Ledger { line: "charge begin".to_owned(), then: Duration::from_millis(5) };
    assert!(inside.wait(&desk, &mut program));
    let keepers = desk.keepers();
    assert_eq!(keepers.len(), 1, "one keeper per run");
    keepers[0].kill();
    program.wait().expect(6);
    assert_eq!(desk.count("tell begin"), 0);
}
