//! `callsheet serve` owns the writer; killed, it comes back and goes on.

use std::time::{Duration, Instant};

use callsheet_e2e::{Desk, Moment, Program, Promise};

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Build

   ```bash {name=build}
   echo 'build begin' >> LEDGER
   sleep 0.2
   echo 'build end' >> LEDGER
   ```

2. Start

   ```bash {name=start}
   echo 'start begin' >> LEDGER
   sleep 0.05
   echo 'start end' >> LEDGER
   ```
";

fn serving(desk: &Desk) -> Program {
    let mut serve = desk.start(&["serve"]);
    desk.until("the server to take commands", |desk| {
        assert!(serve.runs(), "serve ended: {}", serve.printed());
        socket_is_there(desk)
    });
    serve
}

fn socket_is_there(desk: &Desk) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let Ok(entries) = std::fs::read_dir(desk.state()) else { return false };
    let sockets = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()));
    sockets.map(|entry| entry.path()).any(|path| std::os::unix::net::UnixStream::connect(path).is_ok())
}

const TWO: &str = "\
# Shop

## Slow

```bash {name=slow}
echo 'slow begin' >> LEDGER
sleep 0.1
echo 'slow end' >> LEDGER
```

## Quick

```bash {name=quick}
echo 'quick begin' >> LEDGER
```
";

fn promise() -> Promise {
    Promise { steps: vec!["build".to_owned(), "start".to_owned()], ..Promise::default() }
}

#[test]
fn a_run_given_to_the_server_outlives_the_command_and_the_server() {
    let desk = Desk::new(RUNBOOK);
    let serve = serving(&desk);
    let mut command = desk.start(&["run", "ops.md#deploy", "--yes"]);
    assert!(Moment::Ledger { line: "build begin".to_owned(), then: Duration::ZERO }.wait(&desk, &mut command));
    serve.kill();
    drop(command);
    let run = desk.run().expect("the run is on record");
    let again = serving(&desk);
    desk.until("the run to be done", |desk| desk.phase(&run) == "done");
    promise().kept(&desk, &run).unwrap();
    drop(again);
}

#[test]
fn a_silent_keeper_delays_nobody_else() {
    let desk = Desk::new(TWO);
    let mut command = desk.start(&["run", "ops.md#slow", "--yes"]);
    assert!(Moment::Ledger { line: "slow begin".to_owned(), then: Duration::ZERO }.wait(&desk, &mut command));
    let keepers = desk.keepers();
    keepers.iter().for_each(|keeper| keeper.freeze());
    command.kill();
    let slow = desk.run().expect("the run is on record");

    let began = Instant::now();
    let server = serving(&desk);
    desk.callsheet(&["run", "ops.md#quick", "--env", "test", "--yes"]).expect(0);
    assert!(
        began.elapsed() < Duration::from_secs(25),
        "the server waited for the silent keeper: {:?}",
        began.elapsed()
    );
    assert_eq!((desk.count("quick begin"), desk.phase(&slow).as_str()), (1, "running"));

    // Its answer comes late, and is asked for again.
    keepers.iter().for_each(|keeper| keeper.thaw());
    desk.until("the run of the silent keeper to be done", |desk| desk.phase(&slow) == "done");
    assert_eq!((desk.count("slow begin"), desk.count("slow end")), (1, 1));
    drop(server);
}
