//! HTTP flows of many small requests beside the `hurl` program: processor time of the client alone. The aim is a third.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

use crate::bench::contest::{Contestant, hold};
use crate::bench::measured::{Measured, children_cpu, existing, folder};
use crate::bench::{Bench, peers};

/// Requests of one turn.
const REQUESTS: u32 = 1000;
/// Each with a capture and two conditions, as a smoke test has.
const ENTRY: &str = "GET {{base}}/small\nHTTP 200\n[Captures]\nid: jsonpath \"$.id\"\n[Asserts]\njsonpath \"$.name\" == \"small\"\njsonpath \"$.tags\" count == 2\n\n";

/// Prints the table.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let callsheet = bench.built.join("callsheet");
    existing(&callsheet)?;
    let hurl = peers::hurl(&bench.peers)?;
    let folder = folder()?;
    let flow = folder.path().join("small.hurl");
    std::fs::write(&flow, ENTRY.repeat(REQUESTS as usize)).context("cannot write the flow")?;
    let service = Service::start(&bench.built.join("examples/sample_service"))?;
    let base = format!("base={}", service.address);
    let turn = |program: &Path, arguments: &[&str]| {
        let mut command = pinned(program, "0");
        command.args(arguments).args(["--variable", &base]).arg(&flow);
        per_request(&mut command)
    };
    let contestants = vec![
        Contestant::new("Callsheet, `callsheet flow`", || turn(&callsheet, &["flow"])),
        Contestant::new("the `hurl` program", || turn(&hurl, &["--no-output"])),
    ];
    hold("HTTP flows: 1,000 requests on a kept connection", contestants, bench.rounds)
}

/// A program on one processor of its own.
fn pinned(program: &Path, processor: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", processor]).arg(program);
    command
}

/// The sample service, in a process and on a processor of its own. Ends with this value.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(program: &Path) -> anyhow::Result<Service> {
        let mut command = pinned(existing(program)?, "1");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start the service")?;
        let mut address = String::new();
        let output = child.stdout.take().context("the service has no output")?;
        BufReader::new(output).read_line(&mut address).context("the service told no address")?;
        Ok(Service { child, address: address.trim().to_owned() })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It ends when its input does; a failure here leaves nothing worse than a process that waits.
        drop(self.child.stdin.take());
        let _ended = self.child.wait();
    }
}

/// The whole command's time, start-up included, spread over its requests.
fn per_request(command: &mut Command) -> anyhow::Result<Measured> {
    // The service is our child too, and goes on: only the command is waited for.
    let before = children_cpu()?;
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let (output, wall) = (output.with_context(|| format!("cannot start {command:?}"))?, began.elapsed());
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    let cpu = children_cpu()? - before;
    let requests = f64::from(REQUESTS);
    Ok(Measured { steps_per_s: requests / wall.as_secs_f64(), cpu_ms_per_step: cpu.as_secs_f64() * 1000.0 / requests })
}
