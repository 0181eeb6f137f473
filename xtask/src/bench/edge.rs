//! The edge beside nginx, HAProxy and Caddy: processor time of the proxy for each request, its memory, and requests lost while back ends change.
//!
//! Proxies are pinned to one processor and have one thread, clients and the server behind them to another; all take turns.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;

use crate::bench::Bench;
use crate::bench::edge_proxies::{Proxy, Setting};
use crate::bench::measured::{existing, folder, json_of};

/// What one row sends: its name, what the load program calls it, how many, and whether to the address with TLS.
const ROWS: [(&str, &str, u32, bool); 6] = [
    ("128 B", "small", 60_000, false),
    ("10 KiB", "large", 40_000, false),
    ("TLS 128 B", "tls-small", 40_000, true),
    ("TLS 10 KiB", "tls-large", 30_000, true),
    ("WebSocket, 64 B there and back", "socket", 60_000, false),
    ("new TLS connection", "handshake", 2_000, true),
];
const SWITCHES: u32 = 20;
const RATE: u32 = 2_000;

/// Prints the tables.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let program = bench.built.join("examples/edge_bench");
    let folder = folder()?;
    json_of(pinned(existing(&program)?, CLIENTS).arg("certify").arg(folder.path()))?;
    let (server, other) = (Server::start(&program)?, Server::start(&program)?);
    let edge = bench.built.join("callsheet-edge");
    let setting = Setting { folder: folder.path(), server: server.address, edge: existing(&edge)? };
    let proxies = [Proxy::edge(&setting)?, Proxy::nginx(&setting)?, Proxy::haproxy(&setting)?, Proxy::caddy(&setting)?];
    costs(&proxies, &program, bench.rounds)?;
    switching(&proxies, &program, [server.address, other.address])
}

/// The processor that clients and servers share. Proxies have the other.
const CLIENTS: &str = "1";

/// A program on one processor of its own.
pub fn pinned(program: &Path, processor: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", processor]).arg(program);
    command
}

fn costs(proxies: &[Proxy], program: &Path, rounds: u32) -> anyhow::Result<()> {
    println!("### The edge: processor seconds of the proxy for 100,000 requests\n");
    let names: Vec<&str> = proxies.iter().map(|proxy| proxy.name).collect();
    println!("| | {} | ours is |\n| --- |{} --- |", names.join(" | "), " --- |".repeat(names.len()));
    for (row, kind, count, tls) in ROWS {
        let mut turns = vec![Vec::new(); proxies.len()];
        for _ in 0..rounds {
            for (proxy, turns) in proxies.iter().zip(&mut turns) {
                let address = if tls { proxy.tls } else { proxy.plain };
                let before = proxy.cpu()?;
                json_of(pinned(program, CLIENTS).args(["load", kind, &address.to_string(), &count.to_string()]))?;
                let spent = proxy.cpu()? - before;
                turns.push(spent.as_secs_f64() * 100_000.0 / f64::from(count));
            }
        }
        let medians: Vec<f64> = turns.iter_mut().map(|turns| median(turns)).collect();
        let best = medians[1..].iter().copied().fold(f64::INFINITY, f64::min);
        let cells: Vec<String> = medians.iter().map(|median| format!("{median:.2}")).collect();
        println!("| {row} | {} | {:.2} × |", cells.join(" | "), medians[0] / best);
    }
    let memory: Vec<String> =
        proxies.iter().map(|proxy| Ok(format!("{:.0} MiB", proxy.resident_mib()?))).collect::<anyhow::Result<_>>()?;
    println!("| resident after all that | {} | |", memory.join(" | "));
    println!("\nMedians of {rounds} turns, taken in turn; the last column is to the best of the others.\n");
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn switching(proxies: &[Proxy], program: &Path, servers: [SocketAddr; 2]) -> anyhow::Result<()> {
    println!("### {SWITCHES} switches of the back end at {RATE} requests/s\n");
    println!("| | answered | failed | connections ended by the proxy |\n| --- | --- | --- | --- |");
    for proxy in proxies.iter().filter(|proxy| proxy.can_switch()) {
        let seconds = SWITCHES + 4;
        let mut paced = pinned(program, CLIENTS);
        paced.args(["pace", &proxy.plain.to_string(), &RATE.to_string(), &seconds.to_string()]);
        let paced = paced.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start the clients")?;
        for switch in 0..SWITCHES {
            std::thread::sleep(Duration::from_secs(1));
            proxy.switch(servers[(switch as usize + 1) % 2])?;
        }
        let output = paced.wait_with_output().context("the clients were lost")?;
        let counts: serde_json::Value = serde_json::from_slice(&output.stdout).context("the clients said nothing")?;
        println!("| {} | {} | {} | {} |", proxy.name, counts["answered"], counts["failed"], counts["reconnected"]);
    }
    println!();
    Ok(())
}

/// A server behind the proxies. Ends with this value.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(program: &Path) -> anyhow::Result<Server> {
        let mut command = pinned(program, CLIENTS);
        let child = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.context("cannot start the server")?;
        let mut address = String::new();
        let output = child.stdout.take().context("the server has no output")?;
        BufReader::new(output).read_line(&mut address).context("the server told no address")?;
        let address = address.trim().parse().context("the server told no address")?;
        Ok(Server { child, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends when its input does; a failure here leaves nothing worse than a process that waits.
        drop(self.child.stdin.take());
        let _ended = self.child.wait();
    }
}
