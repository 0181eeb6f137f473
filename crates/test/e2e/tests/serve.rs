//! `callsheet serve` owns the writer; killed, it comes back and goes on.

use std::time::Duration;

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
