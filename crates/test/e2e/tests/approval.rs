//! An approval from a second process, and what is not one.

use callsheet_e2e::Desk;

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Prepare

   ```bash {name=prepare}
   echo 'prepare begin' >> LEDGER
   ```

2. Switch over

   ```bash {name=switch approve=any}
   echo 'switch begin' >> LEDGER
   ```
";

/// A run that waits for its approval, without a terminal.
fn waiting() -> (Desk, String) {
    let desk = Desk::new(RUNBOOK);
    let ending = desk.callsheet(&["run", "ops.md#deploy", "--yes"]).expect(3);
    assert!(ending.text().contains("callsheet approve"), "the person is told how to go on: {ending}");
    let run = desk.run().expect("the run is on record");
    assert_eq!((desk.count("prepare begin"), desk.count("switch begin")), (1, 0), "--yes is no approval");
    (desk, run)
}

#[test]
fn approved_it_goes_on() {
    let (desk, run) = waiting();
    desk.callsheet(&["approve", &run, "switch", "--note", "looks right"]).expect(0);
    desk.callsheet(&["resume", &run, "--yes"]).expect(0);
    assert_eq!((desk.count("prepare begin"), desk.count("switch begin")), (1, 1));
    let record = desk.callsheet(&["show", &run]).expect(0);
    assert!(record.stdout.contains("looks right"), "{record}");
}

#[test]
fn denied_it_ends() {
    let (desk, run) = waiting();
    desk.callsheet(&["deny", &run, "switch", "--note", "wrong week"]);
    let ending = desk.callsheet(&["resume", &run, "--yes"]);
    assert_eq!(desk.phase(&run), "denied", "{ending}");
    assert_eq!(desk.count("switch begin"), 0);
}

#[test]
fn the_waiting_survives_a_restart() {
    let (desk, run) = waiting();
    for _ in 0..3 {
        desk.callsheet(&["resume", &run, "--yes"]).expect(3);
    }
    assert_eq!((desk.count("prepare begin"), desk.count("switch begin")), (1, 0));
}

#[test]
fn nobody_approves_their_own_change_where_people_are_named() {
    let desk = Desk::new(RUNBOOK);
    let configuration = std::fs::read_to_string(desk.path().join("callsheet.toml")).unwrap();
    let me = user_name();
    desk.write("callsheet.toml", &format!("{configuration}\n[people.{me}]\nlevel = \"L4\"\n"));
    desk.callsheet(&["run", "ops.md#deploy", "--yes"]).expect(3);
    let run = desk.run().expect("the run is on record");
    let refused = desk.callsheet(&["approve", &run, "switch", "--note", "me again"]);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert!(refused.text().contains("somebody else"), "{refused}");
    desk.callsheet(&["resume", &run, "--yes"]).expect(3);
    assert_eq!(desk.count("switch begin"), 0);
}

/// The name of the user who runs the tests.
fn user_name() -> String {
    let output = std::process::Command::new("id").arg("-un").output().expect("`id` is there");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
