//! One shell's state passes from step to step, also across a kill -9.

use std::time::Duration;

use callsheet_e2e::{Desk, Moment};

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Choose the release

   ```bash {name=choose}
   release='1.4.2 final'
   cd /tmp
   ```

2. Wait a little

   ```bash {name=pause}
   echo 'pause begin' >> LEDGER
   sleep 0.2
   ```

3. Say it

   ```bash {name=say}
   echo \"release=$release in $PWD\" >> LEDGER
   ```
";

#[test]
fn variables_and_folder_survive_the_command() {
    let desk = Desk::new(RUNBOOK);
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    let inside = Moment::Ledger { line: "pause begin".to_owned(), then: Duration::from_millis(10) };
    assert!(inside.wait(&desk, &mut program));
    program.kill();
    desk.callsheet(&["resume", "--all", "--yes"]).expect(0);
    assert_eq!(desk.ledger(), ["pause begin", "release=1.4.2 final in /tmp"]);
}
