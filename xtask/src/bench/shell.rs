//! Journaled shell steps beside a bare loop of `bash -c true` and beside Ansible's `command: /bin/true`.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::bench::contest::{Contestant, hold};
use crate::bench::measured::{Measured, existing, folder, time};
use crate::bench::{Bench, peers};

/// Steps of our run and of the bare loop.
const STEPS: u32 = 300;
/// Ansible takes half a second each.
const ANSIBLE_TASKS: u32 = 20;

/// Prints the table.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let callsheet = bench.built.join("callsheet");
    existing(&callsheet)?;
    let ansible = peers::python(&bench.peers)?.join("ansible-playbook");
    let contestants = vec![
        Contestant::new("Callsheet, one run of 300 shell steps", || ours(&callsheet)),
        Contestant::new("bare loop of `bash -c true`", bare_loop),
        Contestant::new("Ansible, `command: /bin/true`", || playbook(&ansible)),
    ];
    hold("Shell steps", contestants, bench.rounds)
}

fn ours(callsheet: &Path) -> anyhow::Result<Measured> {
    let folder = folder()?;
    let mut runbook = "# Bench\n\n## Steps\n".to_owned();
    for number in 0..STEPS {
        runbook.push_str(&format!("\n```bash {{name=step-{number}}}\ntrue\n```\n"));
    }
    std::fs::write(folder.path().join("bench.md"), runbook).context("cannot write the runbook")?;
    let mut command = Command::new(callsheet);
    command.args(["run", "bench.md#steps", "--yes"]).current_dir(folder.path());
    command.env("CALLSHEET_STATE", folder.path().join("state"));
    per_step(&mut command, STEPS)
}

fn bare_loop() -> anyhow::Result<Measured> {
    let script = format!("for ((i = 0; i < {STEPS}; i++)); do bash -c true; done");
    per_step(Command::new("bash").args(["-c", &script]), STEPS)
}

fn playbook(ansible: &Path) -> anyhow::Result<Measured> {
    let folder = folder()?;
    let mut text = "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n".to_owned();
    for number in 0..ANSIBLE_TASKS {
        text.push_str(&format!(
            "    - name: step {number}\n      ansible.builtin.command: /bin/true\n      changed_when: false\n"
        ));
    }
    let path = folder.path().join("bench.yml");
    std::fs::write(&path, text).context("cannot write the playbook")?;
    let mut command = Command::new(ansible);
    let interpreter = format!("ansible_python_interpreter={}", ansible.with_file_name("python").display());
    command.args(["-i", "localhost,", "-e", &interpreter]).arg(&path).current_dir(folder.path());
    command.env("HOME", folder.path()).env("ANSIBLE_LOCALHOST_WARNING", "false");
    per_step(&mut command, ANSIBLE_TASKS)
}

/// The whole command's time, start-up included, spread over its steps.
fn per_step(command: &mut Command, steps: u32) -> anyhow::Result<Measured> {
    let (wall, cpu) = time(command)?;
    let steps = f64::from(steps);
    Ok(Measured { steps_per_s: steps / wall.as_secs_f64(), cpu_ms_per_step: cpu.as_secs_f64() * 1000.0 / steps })
}
