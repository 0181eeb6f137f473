//! `callsheet serve`: it executes what the commands ask, and ends in good order.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::Desk;

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Greet.

   ```bash {name=greet}
   echo hello
   ```

2. Look at the page.

3. Go on.

   ```bash {name=on}
   echo on
   ```
";

/// A server of a desk; killed if the test fails.
struct Served {
    server: Child,
}

impl Served {
    fn of(desk: &Desk) -> Served {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callsheet"));
        command.arg("serve").current_dir(desk.path(".")).env_remove("CALLSHEET_STATE").env("HOME", desk.path(""));
        let server = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let served = Served { server };
        until("the server listens", || desk.path(".callsheet/serve.sock").exists());
        served
    }

    fn stop(mut self) -> Option<i32> {
        let pid = Pid::from_child(&self.server);
        kill_process(pid, Signal::TERM).expect("it is there");
        self.server.wait().expect("it ends").code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_server_executes_and_goes_on_after_the_answer() {
    let desk = Desk::new().with("shop.md", RUNBOOK);
    let served = Served::of(&desk);
    let ran = desk.callsheet(&["run", "shop.md#deploy", "--yes"]).expect(3);
    assert_eq!(ran.stdout, "hello\n", "{}", ran.screen());
    assert!(ran.stderr.contains("after the answer the server goes on by itself"), "{}", ran.screen());
    desk.callsheet(&["confirm", "last", "2", "--note", "fine"]).expect(0);
    until("the run is done", || desk.callsheet(&["runs"]).stdout.contains("done"));
    assert_eq!(desk.callsheet(&["logs", "last", "--step", "on"]).stdout, "on\n");
    assert_eq!(served.stop(), Some(0));
}

#[test]
fn detached_the_command_returns_at_once() {
    let desk = Desk::new().with("shop.md", RUNBOOK);
    let alone = desk.callsheet(&["run", "shop.md#deploy", "--yes", "--detach"]).expect(2);
    assert!(alone.stderr.contains("callsheet serve"), "{}", alone.screen());
    let served = Served::of(&desk);
    let ran = desk.callsheet(&["run", "shop.md#deploy", "--yes", "--detach"]).expect(0);
    assert_eq!(ran.stdout.trim().len(), 8, "the run's id is the data");
    let followed = desk.callsheet(&["logs", "last", "--follow"]).expect(3);
    assert!(followed.stdout.contains("hello"), "{}", followed.screen());
    assert_eq!(served.stop(), Some(0));
}

const SLOW: &str = "\
# Shop

## Deploy

```bash {name=first}
echo first
```

```bash {name=wait}
while [ ! -e go ]; do sleep 0.02; done
```

```bash {name=last}
echo last
```
";

#[test]
fn a_follower_sees_what_the_server_does_as_it_happens() {
    let desk = Desk::new().with("shop.md", SLOW);
    let served = Served::of(&desk);
    desk.callsheet(&["run", "shop.md#deploy", "--yes", "--detach"]).expect(0);
    let seen = desk.path("seen");
    let mut follower = Command::new(env!("CARGO_BIN_EXE_callsheet"));
    follower.args(["logs", "last", "--follow"]).current_dir(desk.path(".")).env_remove("CALLSHEET_STATE");
    let to = std::fs::File::create(&seen).expect("the desk can be written");
    let mut follower = follower.stdin(Stdio::null()).stdout(to).stderr(Stdio::null()).spawn().expect("it starts");
    let read = || std::fs::read_to_string(&seen).expect("the desk can be read");
    until("the first step's output", || read().contains("first"));
    assert!(!read().contains("last"), "the run waits");
    let shown = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(shown.contains("running"), "{shown}");
    std::fs::write(desk.path("go"), "").expect("the desk can be written");
    until("the last step's output", || read().contains("last"));
    assert_eq!(follower.wait().expect("it ends").code(), Some(0));
    assert!(desk.callsheet(&["runs"]).expect(0).stdout.contains("done"));
    assert_eq!(served.stop(), Some(0));
}

#[test]
fn one_server_is_enough() {
    let desk = Desk::new().with("shop.md", RUNBOOK);
    let served = Served::of(&desk);
    assert!(desk.callsheet(&["serve"]).expect(2).stderr.contains("serves"));
    assert_eq!(served.stop(), Some(0));
}

/// Its value comes as soon as `go` is there.
const SLOW_STORE: &str = r#"
[secret_stores.slow]
kind = "command"
get = ["sh", "-c", "touch asked; while [ ! -e go ]; do sleep 0.02; done; echo seven-times-seven"]
set = ["sh", "-c", "cat > kept"]

[secrets.PIN]
store = "slow"
"#;

#[test]
fn a_store_that_takes_its_time_holds_up_no_other_run() {
    let desk = Desk::new()
        .with("callsheet.toml", SLOW_STORE)
        .with("shop.md", RUNBOOK)
        .with("slow.md", "---\nsecrets: [PIN]\n---\n# Slow\n\n## Look\n\n```bash {name=look}\necho ${#PIN}\n```\n");
    desk.callsheet(&["secrets", "init"]).expect(0);
    desk.callsheet_fed(&["secrets", "set", "PIN"], "seven-times-seven\n").expect(0);
    let served = Served::of(&desk);
    desk.callsheet(&["run", "slow.md", "--yes", "--detach"]).expect(0);
    until("the store is asked", || desk.path("asked").exists());
    // Another run gets as far as its person meanwhile.
    let ran = desk.callsheet(&["run", "shop.md#deploy", "--yes"]).expect(3);
    assert_eq!(ran.stdout, "hello\n", "{}", ran.screen());
    assert!(!desk.path("go").exists(), "the store has answered by itself");
    std::fs::write(desk.path("go"), "").expect("the desk can be written");
    until("the run with the secret is over", || !desk.callsheet(&["runs"]).stdout.contains("running"));
    assert_eq!(served.stop(), Some(0));
}
