//! How much processor time a runbook of about a megabyte takes to be read and planned, and a small one in a fresh process:
//! `bench_reading [TURNS]`, prints one JSON line; the shortest turn counts. `bench_reading --cold` is that fresh process.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program looks at the clock and prints"
)]

use std::collections::BTreeMap;

use callsheet_diag::SourceText;
use callsheet_plan::{Config, Inputs, plan, report};
use callsheet_runbook::{FlowSurroundings, Pace};

/// A service's page as people write it: prose, steps of several kinds, expectations, placeholders, a table.
fn section(number: usize) -> String {
    format!(
        "\
## Move shard {number} ({minutes} minutes)

Shard {number} is moved when its disk is nearly full. Tell the **on-call engineer** before; see [the map](map.md#shard-{number}).

1. Check that the shard is healthy.

   ```bash {{name=health-{number} timeout=30s}}
   curl -fsS http://127.0.0.1:8080/shards/{number}/health
   # Expected: HTTP 200, \"status\": \"healthy\"
   ```

2. Stop writes and wait until the queue is empty.

   ```bash
   shardctl freeze {number} --reason \"move to $TARGET_HOST\"
   shardctl queue {number} | wc -l
   ```

   You should see `0`.

3. Wait 15 minutes for readers to move over.
4. Copy the files:

   ```console
   $ rsync -a /srv/shards/{number}/ <target-host>:/srv/shards/{number}/
   sent 1,234,567 bytes  received 890 bytes
   ```

- [ ] Verify that the sizes agree
- [ ] If they differ, repeat step 4

| metric | target | alert threshold | severity |
| --- | --- | --- | --- |
| copy lag | < 5 s | > 60 s for 5 min | P3 |
| error rate | < 0.1 % | > 1 % | P2 |

",
        minutes = number % 50 + 10
    )
}

fn runbook() -> String {
    let mut text = "# Shards\n\n".to_owned();
    let mut number = 0;
    while text.len() < 1_000_000 {
        text.push_str(&section(number));
        number += 1;
    }
    text
}

/// Processor time of this thread so far, milliseconds (Linux; it is brought up to date when the thread yields).
fn spent_ms() -> f64 {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells a thread's time");
    let nanos: f64 = text.split(' ').next().and_then(|word| word.parse().ok()).expect("a figure in nanoseconds");
    nanos / 1e6
}

/// Reads a page of one section in this process for the first time; milliseconds.
fn cold() -> f64 {
    let text = format!("# Shards\n\n{}", section(7));
    let began = spent_ms();
    let source = SourceText::from_bytes("shards.md".to_owned(), text.as_bytes());
    let reading = callsheet_runbook::read(&source);
    let listed = report("shards.md", &reading, None);
    std::hint::black_box(listed.procedures.len());
    spent_ms() - began
}

/// The same in fresh processes, the shortest of five.
fn cold_in_fresh_processes() -> f64 {
    let itself = std::env::current_exe().expect("this program has a path");
    let turn = |_| {
        let output = std::process::Command::new(&itself).arg("--cold").output().expect("this program can be started");
        String::from_utf8_lossy(&output.stdout).trim().parse().expect("a figure in milliseconds")
    };
    (0..5).map(turn).fold(f64::INFINITY, f64::min)
}

/// Two threads, as the command line has them for a large runbook.
struct TwoThreads;

impl Pace for TwoThreads {
    fn both<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        std::thread::scope(|scope| {
            let apart = scope.spawn(one);
            let second = other();
            (apart.join().expect("reading does not panic"), second)
        })
    }
}

/// What passes on the clock while `text` is read on two threads and listed; milliseconds.
fn on_two_threads(text: &str) -> f64 {
    let began = std::time::Instant::now();
    let source = SourceText::from_bytes("shards.md".to_owned(), text.as_bytes());
    let reading = callsheet_runbook::read_at(&source, &FlowSurroundings::default(), &TwoThreads);
    std::hint::black_box(report("shards.md", &reading, None).procedures.len());
    let took = began.elapsed().as_secs_f64() * 1000.0;
    drop(reading);
    took
}

fn main() {
    if std::env::args().nth(1).is_some_and(|word| word == "--cold") {
        println!("{:.3}", cold());
        return;
    }
    let turns: usize = std::env::args().nth(1).and_then(|turns| turns.parse().ok()).unwrap_or(15);
    let text = runbook();
    let given: BTreeMap<String, String> =
        [("target-host", "shard-host-2")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let variables: BTreeMap<String, String> = [("TARGET_HOST".to_owned(), "shard-host-2".to_owned())].into();
    let (mut read_ms, mut facts_ms, mut whole_ms) = (Vec::new(), Vec::new(), Vec::new());
    let (mut procedures, mut steps, mut planned) = (0, 0, 0);
    for _ in 0..turns {
        let began = spent_ms();
        let source = SourceText::from_bytes("shards.md".to_owned(), text.as_bytes());
        let reading = callsheet_runbook::read(&source);
        read_ms.push(spent_ms() - began);
        let document = callsheet_runbook::Document::read(&source);
        let facts_began = spent_ms();
        std::hint::black_box(callsheet_runbook::facts::extract(&document, &source).len());
        facts_ms.push(spent_ms() - facts_began);
        let planning_began = spent_ms();
        let listed = report("shards.md", &reading, None);
        let slug = reading.runbook.procedures.last().map(|procedure| procedure.slug.clone()).unwrap_or_default();
        let made = plan(&Inputs {
            source: &source,
            runbook: &reading.runbook,
            procedure: &slug,
            config: &Config::default(),
            environment: "",
            given: &given,
            variables: &variables,
            leave_out: &Default::default(),
        });
        let planning_ms = spent_ms() - planning_began;
        whole_ms.push(read_ms.last().copied().unwrap_or_default() + planning_ms);
        procedures = listed.procedures.len();
        steps = listed.procedures.iter().map(|procedure| procedure.steps.len()).sum();
        planned = made.unwrap_or_else(|faults| panic!("the runbook cannot be planned: {faults:?}")).steps.len();
    }
    let (read_ms, facts_ms, whole_ms) = (least(read_ms), least(facts_ms), least(whole_ms));
    let clock_ms = least((0..turns).map(|_| on_two_threads(&text)).collect());
    let cold_ms = cold_in_fresh_processes();
    println!(
        "{{\"bytes\":{},\"procedures\":{procedures},\"steps\":{steps},\"planned_steps\":{planned},\"read_ms\":{read_ms:.2},\"facts_ms\":{facts_ms:.2},\"cold_ms\":{cold_ms:.2},\"read_and_plan_ms\":{whole_ms:.2},\"clock_ms\":{clock_ms:.2}}}",
        text.len()
    );
}

fn least(values: Vec<f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}
