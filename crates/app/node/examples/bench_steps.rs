//! Native steps through the whole loop, journal on disk: `bench_steps [RUNS] [STEPS]`; prints JSON. One run is steps in sequence,
//! many runs share commits.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use callsheet_access::{Actor, People};
use callsheet_base::{RunId, Timestamp};
use callsheet_keeper::Launcher;
use callsheet_node::{Foreground, LocalGrounds, NewRun, Setup, Surroundings, Unobserved};
use callsheet_plan::{Action, Plan, StepKind};
use callsheet_testkit::{PlanBuilder, StepBuilder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let runs = numbers.first().copied().unwrap_or(1);
    let steps = numbers.get(1).copied().unwrap_or(2000);
    let folder = tempfile::tempdir_in(".")?;
    let mut foreground = Foreground::open(Setup {
        state: folder.path().join("state"),
        role: "run".to_owned(),
        grounds: Arc::new(LocalGrounds::new(&folder.path().join("state"), &std::env::current_exe()?)),
        launcher: Launcher::this_program(folder.path().join("state")),
        channels: BTreeMap::new(),
        people: People::default(),
        version: "bench".to_owned(),
        own: Surroundings::default(),
        secrets: Default::default(),
    })?;
    let plan = Arc::new(plan(steps));
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let new = |number: usize| {
        let mut random = [0; 10];
        // The last bytes: the first hold the version's bits.
        random[6..].copy_from_slice(&(number as u32 + 1).to_be_bytes());
        NewRun {
            id: RunId::new(Timestamp::now(), random),
            plan: plan.clone(),
            runbook: "# Bench".to_owned(),
            actor: Actor::system(),
            why: String::new(),
            surroundings: Surroundings::default(),
        }
    };
    foreground.start_all((0..runs).map(new).collect(), &mut Unobserved)?;
    foreground.drive(&mut Unobserved, |_| false)?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let done = foreground.take_ended().iter().filter(|run| run.phase_word() == "done").count();
    let total = runs * steps;
    writeln!(
        std::io::stdout(),
        "{{\"runs\":{runs},\"done\":{done},\"steps\":{total},\"seconds\":{seconds:.3},\"steps_per_second\":{:.0},\"cpu_ms_per_step\":{:.4}}}",
        total as f64 / seconds,
        cpu * 1000.0 / total as f64
    )?;
    Ok(())
}

fn plan(steps: usize) -> Plan {
    let message = |number: usize| {
        let action = Action::Notify { channel: "terminal".to_owned(), text: format!("step {number}") };
        StepBuilder::new(&format!("step-{number}"), StepKind::Notify, action)
    };
    let mut plan = (0..steps).map(message).fold(PlanBuilder::new(), PlanBuilder::step).build();
    plan.service = String::new();
    plan
}

/// User and system time of this process, from `/proc/self/stat` in ticks of 10 ms.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: f64 = after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}
