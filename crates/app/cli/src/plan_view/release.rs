//! How a release goes out, below the step that brings it out: its course, what is run on the way, and whether there is a way back.

use callsheet_base::Duration;
use callsheet_plan::{Action, DeployOrder, Goal, PlannedStep};
use callsheet_rollout::{Hook, Strategy};

use crate::plan_view::labelled;
use crate::view::line::{Line, Tone};

/// Nothing for a step that brings out no release.
pub fn lines(planned: &PlannedStep, width: usize) -> Vec<Line> {
    let orders = planned.acts.iter().filter_map(|act| match &act.action {
        Action::Deploy(order) => Some(order),
        _ => None,
    });
    orders.flat_map(|order| one(order, width)).collect()
}

fn one(order: &DeployOrder, width: usize) -> Vec<Line> {
    let Goal::Version { one_way, .. } = &order.goal else { return Vec::new() };
    let release = &order.spec.release;
    let mut lines = labelled("release", Tone::Active, &course(order), width);
    for planned in &order.hooks {
        let label = match planned.hook {
            Hook::Migrate => "migrate",
            Hook::Assets => "assets",
            Hook::Warm => "warm-up",
            Hook::Smoke => "preview",
            Hook::Public => "public",
            Hook::Later(_) => "later",
        };
        let words = match planned.after {
            Some(after) => format!("{} {after} after all traffic moved", planned.name),
            None => planned.name.clone(),
        };
        lines.extend(labelled(label, Tone::Faint, &words, width));
    }
    if let Some(schema) = &order.schema {
        let revisions =
            schema.needs.as_ref().map_or_else(String::new, |needs| format!("runs on revisions {needs} of "));
        let words = format!("{revisions}{}, held against it before anything starts", schema.database);
        lines.extend(labelled("schema", Tone::Faint, &words, width));
    }
    for condition in &order.conditions {
        let tolerated = match condition.tolerated {
            Duration::ZERO => String::new(),
            tolerated => format!(" (may fail for {tolerated})"),
        };
        lines.extend(labelled("holds", Tone::Faint, &format!("{}{tolerated}", condition.expression), width));
    }
    if release.soak > Duration::ZERO && order.emergency.is_none() {
        // What is configured, and not asked for here, is no reason to keep a service's first release from its users.
        let first = if order.soak.is_none() { "; a first release does without" } else { "" };
        lines.extend(labelled("soak", Tone::Faint, &format!("{}, judged all the time{first}", release.soak), width));
    }
    if let Some(why) = &order.emergency {
        lines.extend(labelled("emergency", Tone::Attention, &format!("no soak: {why}"), width));
    }
    match one_way {
        Some(why) => lines.extend(labelled("one way", Tone::Bad, &format!("there is no way back: {why}"), width)),
        None => {
            let nothing = order.hooks.is_empty() && order.conditions.is_empty();
            let fails = if nothing { "" } else { " or one of these fails" };
            let kept = release.keep_old;
            let words = format!("by itself if it does badly{fails}; the older instances stay warm for {kept}");
            lines.extend(labelled("way back", Tone::Faint, &words, width));
        }
    }
    lines
}

/// `2 instances, canary 10% → 50% → 100%, 2m each`.
fn course(order: &DeployOrder) -> String {
    let person = |by_hand: bool| if by_hand { ", promoted by a person" } else { "" };
    let how = match &order.spec.release.strategy {
        Strategy::Canary { steps, hold, by_hand } => {
            let shares: Vec<String> = steps.iter().map(ToString::to_string).chain(["100%".to_owned()]).collect();
            format!("canary {}, {hold} each{}", shares.join(" → "), person(*by_hand))
        }
        Strategy::BlueGreen { hold, by_hand } if *hold == Duration::ZERO => {
            format!("blue-green, all traffic at once{}", person(*by_hand))
        }
        Strategy::BlueGreen { hold, by_hand } => {
            format!("blue-green, half of the traffic for {hold}, then all{}", person(*by_hand))
        }
        Strategy::Rolling { surge, unavailable, hold } => {
            format!("rolling, {surge} more and {unavailable} fewer at a time, {hold} each")
        }
        Strategy::Recreate {} => "recreate, requests wait meanwhile".to_owned(),
    };
    let count = order.spec.instances;
    format!("{count} {}, {how}", if count == 1 { "instance" } else { "instances" })
}
