//! `callsheet status [SERVICE]`: what runs, who gets the traffic, and how a rollout under way fares.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use callsheet_base::Timestamp;
use callsheet_edge::{EdgeClient, ServiceSeen};
use callsheet_node::{Edges, StateFolder};
use callsheet_releases::{Scaled, Store};
use callsheet_rollout::analysis::{Evidence, Judge};
use callsheet_rollout::{Condition, InstanceSeen, InstanceState, Rollout, Routing, Sight, Standing, TrafficControl};
use serde::Serialize;
use serde_json::json;

use crate::commands::called::Format;
use crate::commands::releasing::{self, UnderWay};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::Which;
use crate::paint::Paint;
use crate::settings::Settings;
use crate::state;
use crate::view::redraw::Redraw;

/// Show what runs, who gets the traffic, and how a rollout under way fares
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this service
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    /// Show it again every second, until Ctrl-C
    #[arg(long, short)]
    watch: bool,
    /// How to print it: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// One service in one environment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Status {
    service: String,
    environment: String,
    /// The version that runs by the books.
    running: Option<String>,
    /// What `callsheet rollback` would go back to.
    before: Option<String>,
    instances: Vec<InstanceSeen>,
    /// How many a person asked for, if not as many as are configured.
    scaled: Option<Scaled>,
    traffic: Option<ServiceSeen>,
    rollout: Option<RolloutStatus>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct RolloutStatus {
    run: String,
    /// Whether a process looks after it now; else it stands still.
    attended: bool,
    name: String,
    stands: String,
    paused: bool,
    /// Why it stands still, if it does, as recorded.
    hindered: Option<String>,
    began: Timestamp,
    evidence: Option<Evidence>,
    /// What must hold beside that, in the plan's order.
    conditions: Vec<ConditionStatus>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ConditionStatus {
    #[serde(flatten)]
    condition: Condition,
    /// How it stands; `None`: nobody has looked yet.
    standing: Option<Standing>,
}

/// Looks and prints.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let mut screen = Redraw::default();
    loop {
        let all = look(&settings, args.service.as_deref(), context)?;
        let text = match args.format {
            Format::Json => format!("{:#}\n", json!({ "schema": "callsheet.status/1", "services": all })),
            Format::Text => all.iter().map(|status| text(status, context.screen.out)).collect(),
        };
        if all.is_empty() && args.format == Format::Text {
            context.screen.talk("no service was released here: `callsheet deploy` does\n")?;
        }
        let live = args.watch && std::io::stdout().is_terminal();
        let size = || crossterm::terminal::size().unwrap_or((80, 24));
        context.screen.data(&if live { screen.frame(&text, size()) } else { text })?;
        if !args.watch {
            return Ok(Exit::Done);
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn look(settings: &Settings, wanted: Option<&str>, context: &Context) -> Result<Vec<Status>, Failure> {
    if !settings.state.exists() {
        return Ok(Vec::new());
    }
    let store = Store::new(&settings.state);
    let failed = |error: callsheet_releases::ReleasesError| Failure::environment(error.to_string()).because_of(&error);
    let folder = state::open(settings)?;
    let mut under_way = releasing::under_way(&folder, wanted, None)?;
    let instances = Which::default().list(settings, context)?;
    let mut edges = Looked::new(settings);
    let mut all = Vec::new();
    for service in store.services().map_err(failed)?.into_iter().filter(|name| wanted.is_none_or(|one| one == name)) {
        let mut environments = store.environments(&service).map_err(failed)?;
        let begun = under_way.iter().map(|one| one.rollout.rollout.plan()).filter(|plan| plan.service == service);
        environments.extend(begun.map(|plan| plan.environment.clone()));
        environments.sort();
        environments.dedup();
        for environment in environments {
            let running = store.running(&service, &environment).map_err(failed)?;
            let own = |one: &UnderWay| {
                let plan = one.rollout.rollout.plan();
                plan.service == service && plan.environment == environment
            };
            let place = under_way.iter().position(own);
            let edge = edges.of(&environment);
            let rollout = place.map(|place| rollout(&under_way.remove(place), &folder, &mut edge.client));
            let version = |release: &callsheet_rollout::Release| release.version.clone();
            let own = |one: &&InstanceSeen| one.service == service && one.environment == environment;
            all.push(Status {
                running: running.current().map(version),
                before: running.before().map(version),
                scaled: store.scaled(&service, &environment).map_err(failed)?,
                instances: instances.iter().filter(own).cloned().collect(),
                traffic: edge.services.remove(&service),
                rollout,
                service: service.clone(),
                environment,
            });
        }
    }
    Ok(all)
}

/// The edges of this look, each asked once.
struct Looked {
    edges: Edges,
    known: BTreeMap<String, Edge>,
}

struct Edge {
    client: EdgeClient,
    /// None if it does not answer.
    services: BTreeMap<String, ServiceSeen>,
}

impl Looked {
    fn new(settings: &Settings) -> Looked {
        // None is started here.
        Looked { edges: Edges::new(&settings.state, "callsheet".as_ref()), known: BTreeMap::new() }
    }

    fn of(&mut self, environment: &str) -> &mut Edge {
        let edges = &self.edges;
        self.known.entry(environment.to_owned()).or_insert_with(|| {
            // A name that no folder can have is one that no edge has.
            let mut client = edges.client(environment).unwrap_or_else(|_| EdgeClient::new("/nonexistent".as_ref()));
            let services = client.status().map(|status| status.services).unwrap_or_default();
            Edge { client, services }
        })
    }
}

/// Judged from what is recorded and what the edge counted since.
fn rollout(one: &UnderWay, folder: &StateFolder, edge: &mut EdgeClient) -> RolloutStatus {
    let machine = &one.rollout.rollout;
    let plan = machine.plan();
    let mut judge = Judge::new(plan.judging.clone());
    let recorded = folder.slices(&one.rollout.measured);
    let began = u64::try_from(one.rollout.began.as_second()).unwrap_or_default();
    let after = recorded.iter().map(|slice| slice.index).max().unwrap_or(began);
    recorded.iter().for_each(|slice| judge.observe(slice));
    // Without the edge there is only what is recorded.
    if let Ok(seen) = edge.observe(&plan.service, after) {
        seen.slices.iter().for_each(|slice| judge.observe(slice));
    }
    RolloutStatus {
        run: one.run.id().short(),
        // A lease that cannot be read is no reason to show nothing.
        attended: state::attended(folder, one.run.id()).unwrap_or(true),
        name: plan.name(),
        stands: plan.stands(machine.phase()),
        paused: machine.paused(),
        hindered: machine.hindered().map(str::to_owned),
        began: one.rollout.began,
        evidence: Some(judge.evidence()).filter(|evidence| plan.from.is_some() && evidence.requests > 0),
        conditions: conditions(machine),
    }
}

fn conditions(machine: &Rollout) -> Vec<ConditionStatus> {
    let all = machine.plan().conditions.iter().zip(machine.conditions());
    all.map(|(condition, standing)| ConditionStatus { condition: condition.clone(), standing: standing.clone() })
        .collect()
}

fn text(status: &Status, paint: Paint) -> String {
    let runs =
        status.running.as_ref().map_or_else(|| "nothing runs yet".to_owned(), |version| format!("runs {version}"));
    let before = status.before.as_ref().map(|version| format!(", before it {version}")).unwrap_or_default();
    let mut text = format!("{} in {}: {runs}{before}\n", paint.bold(&status.service), status.environment);
    if let Some(scaled) = &status.scaled {
        text.push_str(&format!("  scaled to {} by {} ({})\n", scaled.instances, scaled.who, scaled.why));
    }
    if let Some(rollout) = &status.rollout {
        let paused = if rollout.paused { ", paused" } else { "" };
        text.push_str(&format!("  {}: {}{paused} (run {})\n", paint.bold(&rollout.name), rollout.stands, rollout.run));
        if !rollout.attended {
            let words = format!("nobody looks after it: `callsheet resume {}` goes on", rollout.run);
            text.push_str(&format!("  {}\n", paint.red(words)));
        }
        if let Some(why) = &rollout.hindered {
            text.push_str(&format!("  {}\n", paint.yellow(format!("stands still: {why}"))));
        }
        if let Some(evidence) = &rollout.evidence {
            text.push_str(&format!("  {evidence}\n"));
            text.push_str(&format!("  suspicion {}\n", bar(evidence.suspicion, 30)));
        }
        for one in &rollout.conditions {
            text.push_str(&format!("  {}\n", condition_line(one, paint)));
        }
    }
    match status.traffic.as_ref().and_then(|seen| Some((seen, seen.routing.as_ref()?))) {
        Some((_, routing)) if rests(routing) => {
            text.push_str("  traffic: none can be taken, no instance is there\n");
        }
        Some((seen, routing)) => {
            let mut shares = vec![format!("{} to {}", routing.weight.rest(), routing.stable.version)];
            if let Some(canary) = &routing.canary {
                shares.push(format!("{} to {}", routing.weight, canary.version));
            }
            let held = if routing.held { ", requests wait" } else { "" };
            let lease = if seen.lease_expired { "; nobody judges, so all of it is on the older release" } else { "" };
            text.push_str(&format!("  traffic: {}{held}{lease}\n", shares.join(", ")));
        }
        None => text.push_str("  traffic: the edge does not answer\n"),
    }
    for instance in &status.instances {
        text.push_str(&instance_line(instance, status, paint));
    }
    text
}

/// Whether the edge knows no instance that requests could go to.
fn rests(routing: &Routing) -> bool {
    routing.stable.members.is_empty() && routing.canary.as_ref().is_none_or(|canary| canary.members.is_empty())
}

fn condition_line(one: &ConditionStatus, paint: Paint) -> String {
    let Some(Standing { sight, since }) = &one.standing else {
        return paint.dim(format!("`{}` is not asked yet", one.condition.expression));
    };
    let words = format!("{} (since {since:.0})", one.condition.tell(sight));
    match sight {
        Sight::Holds { .. } => paint.green(words),
        Sight::Fails { .. } => paint.red(words),
        Sight::Unknown { .. } => paint.yellow(words),
    }
}

fn instance_line(instance: &InstanceSeen, status: &Status, paint: Paint) -> String {
    let word = match &instance.state {
        InstanceState::Starting => paint.yellow("starting"),
        InstanceState::Ready => paint.green("ready"),
        InstanceState::Ending => paint.dim("ending"),
        InstanceState::BackingOff => paint.yellow("waits to be started again"),
        InstanceState::CrashLooping { last } => paint.red(format!("given up after crashes: {last}")),
    };
    let address = instance.address.map(|address| format!(" {address}")).unwrap_or_default();
    let busy = status.traffic.as_ref().and_then(|seen| seen.in_flight.get(&instance.id.0)).copied().unwrap_or(0);
    let why = instance.not_ready.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let restarts =
        if instance.restarts > 0 { format!(", restarted {} times", instance.restarts) } else { String::new() };
    let end = instance.last_end.as_ref().filter(|_| instance.state != InstanceState::Ready);
    let end = end.map(|end| format!(", last ended with {end}")).unwrap_or_default();
    format!("  {:<10} {word}{why}{address}, {busy} under way{restarts}{end}\n", instance.release.version)
}

/// A share as a bar.
fn bar(share: f64, width: usize) -> String {
    let full = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
    format!("{}{} {:.0} %", "█".repeat(full), "░".repeat(width - full), share * 100.0)
}
