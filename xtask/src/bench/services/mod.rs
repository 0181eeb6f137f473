//! The services of the fleet under an open-loop load of 500 requests a second, each on the servers that it is made for, and their memory
//! before. Aims: p95 of reads below 20 ms, of writes below 50 ms, at most 40 MB resident when idle.

mod running;
mod table;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::bench::Bench;
use crate::bench::measured::folder;
use crate::stages::run;
use crate::tree::{cargo, target_folder};
use running::Service;
use table::{SERVICES, Servers, Under};

/// As their image recipes and runbooks build them.
const SHIPPED: [&str; 3] = ["build", "--quiet", "--release"];
const RATE: &str = "500";
const SECONDS: &str = "20";
/// Who asks.
const EMAIL: &str = "load@studio.example";
const PASSWORD: &str = "correct-horse-battery";

/// Prints a table of the services named, or of all.
pub fn measure(bench: &Bench, only: &[String]) -> anyhow::Result<()> {
    let chosen: Vec<&Under> =
        SERVICES.iter().filter(|one| only.is_empty() || only.iter().any(|name| name == one.name)).collect();
    if let Some(unknown) = only.iter().find(|name| SERVICES.iter().all(|one| one.name != **name)) {
        bail!("`{unknown}` is no service of the fleet; there are {}", table::names());
    }
    let packages = chosen.iter().flat_map(|one| ["--package", one.name]);
    run(cargo().args(SHIPPED).args(packages).arg("--bins"))?;
    run(cargo().args(SHIPPED).args(["--package", "fleet-kit", "--example", "load"]))?;
    let built = target_folder()?.join("release");
    println!("### The services of the fleet, open loop, {RATE} requests/s for {SECONDS} s\n");
    println!("| service | idle | under load | reads | writes |\n| --- | --- | --- | --- | --- |");
    for _ in 0..bench.rounds {
        for under in &chosen {
            tell(&built, under)?;
        }
    }
    println!();
    Ok(())
}

fn tell(built: &Path, under: &Under) -> anyhow::Result<()> {
    let folder = folder()?;
    let servers = Servers::start(under.on);
    let mut service = Service::start(built, under, &servers, folder.path())?;
    std::thread::sleep(Duration::from_secs(3));
    let idle = service.resident_mb()?;
    let load = Command::new(built.join("examples/load"))
        .args([under.name, &service.url(), RATE, SECONDS])
        .env("ACCOUNT_EMAIL", EMAIL)
        .env("ACCOUNT_PASSWORD", PASSWORD)
        .output()
        .context("cannot start the load program")?;
    let trouble = String::from_utf8_lossy(&load.stderr);
    ensure!(load.status.success(), "the load program failed at `{}`: {trouble}", under.name);
    let busy = service.resident_mb()?;
    service.stop()?;
    let said = String::from_utf8(load.stdout).context("the load program's figures are no text")?;
    let mut lines = said.lines().map(|line| line.split_once(' ').map_or("", |(_, rest)| rest));
    let (reads, writes) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    println!("| {} on {} | {idle:.1} MB | {busy:.1} MB | {reads} | {writes} |", under.name, under.on);
    Ok(())
}
