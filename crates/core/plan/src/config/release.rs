//! `[services.NAME.release]`: how a newer release takes over, and how it is judged.

use callsheet_base::Duration;
use callsheet_rollout::Strategy;
use callsheet_rollout::analysis::Settings;
use callsheet_traffic::Weight;
use serde::{Deserialize, Serialize};

use super::DURATION_HINT;
use super::conditions::{ConditionSettings, read_conditions};
use super::hooks::{HookSettings, read_hooks};
use super::keys::Keys;
use super::schema::{SchemaSettings, read_schema};

/// How a newer release takes over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReleaseSettings {
    /// How traffic moves.
    pub strategy: Strategy,
    /// How it is judged.
    pub judging: Settings,
    /// What must hold beside that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionSettings>,
    /// How long the new set may take to be ready.
    pub ready_within: Duration,
    /// How long requests in flight may take to end before their instance is told to end.
    pub drain_within: Duration,
    /// How long the old set stays warm after the last stage.
    pub keep_old: Duration,
    /// How many releases are kept for going back.
    pub keep_releases: u32,
    /// If nobody judges any more for this long before all traffic has moved, all of it returns to the older release.
    pub lease: Duration,
    /// What is run at moments of its own.
    #[serde(default)]
    pub hooks: HookSettings,
    /// The schema it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<SchemaSettings>,
    /// How long all traffic must do well on the newer release before whatever comes after it begins.
    #[serde(default)]
    pub soak: Duration,
}

impl Default for ReleaseSettings {
    fn default() -> ReleaseSettings {
        ReleaseSettings {
            strategy: Strategy::Canary {
                steps: vec![Weight::from_percent(10), Weight::from_percent(50)],
                hold: Duration::from_mins(2),
                by_hand: false,
            },
            judging: Settings::default(),
            conditions: Vec::new(),
            ready_within: Duration::from_mins(2),
            drain_within: Duration::from_secs(60),
            keep_old: Duration::from_mins(30),
            keep_releases: 10,
            lease: Duration::from_secs(30),
            hooks: HookSettings::default(),
            schema: None,
            soak: Duration::ZERO,
        }
    }
}

pub(super) fn read_release(keys: &mut Keys, release: &mut ReleaseSettings, instances: u16) {
    read_strategy(keys, release, instances);
    release.ready_within = keys.parsed("ready_within", DURATION_HINT).unwrap_or(release.ready_within);
    release.drain_within = keys.parsed("drain_within", DURATION_HINT).unwrap_or(release.drain_within);
    release.keep_old = keys.parsed("keep_old", DURATION_HINT).unwrap_or(release.keep_old);
    let lease_at = keys.span("lease");
    release.lease = keys.parsed("lease", DURATION_HINT).unwrap_or(release.lease);
    if release.lease < Duration::from_secs(5) {
        let message = format!("`{}.lease` is too short", keys.path());
        keys.fault(lease_at, message, Some("write `5s` or more: a busy machine may pause for some seconds".to_owned()));
    }
    let keep_at = keys.span("keep_releases");
    if let Some(count) = keys.count("keep_releases") {
        release.keep_releases = u32::try_from(count).unwrap_or(u32::MAX);
        if count < 2 {
            let message = format!("`{}.keep_releases` must be 2 or more", keys.path());
            keys.fault(
                keep_at,
                message,
                Some("the release that runs and the one before it are always kept".to_owned()),
            );
        }
    }
    read_hooks(keys, &mut release.hooks);
    read_conditions(keys, &mut release.conditions);
    read_schema(keys, &mut release.schema);
    release.soak = keys.parsed("soak", DURATION_HINT).unwrap_or(release.soak);
    if let Some(mut judging) = keys.table("judging") {
        read_judging(&mut judging, &mut release.judging);
        judging.finish();
    }
}

/// A named strategy begins with its own defaults; without a name the keys change the one there is.
fn read_strategy(keys: &mut Keys, release: &mut ReleaseSettings, instances: u16) {
    let at = keys.span("strategy");
    let hold = Duration::from_mins(2);
    match keys.text("strategy").as_deref() {
        None => {}
        Some("canary") => release.strategy = ReleaseSettings::default().strategy,
        Some("blue-green") => release.strategy = Strategy::BlueGreen { hold, by_hand: false },
        Some("rolling") => release.strategy = Strategy::Rolling { surge: 1, unavailable: 0, hold },
        Some("recreate") => release.strategy = Strategy::Recreate {},
        Some(other) => {
            let hint = "write `canary`, `blue-green`, `rolling` or `recreate`".to_owned();
            keys.fault(at.clone(), format!("`{}.strategy` cannot be `{other}`", keys.path()), Some(hint));
        }
    }
    let steps_at = keys.span("steps");
    match &mut release.strategy {
        Strategy::Canary { steps, hold, by_hand } => {
            if let Some(texts) = keys.texts("steps") {
                *steps = weights(keys, steps_at.clone(), &texts);
            }
            *hold = keys.parsed("hold", DURATION_HINT).unwrap_or(*hold);
            *by_hand = keys.flag("by_hand").unwrap_or(*by_hand);
        }
        Strategy::BlueGreen { hold, by_hand } => {
            *hold = keys.parsed("hold", DURATION_HINT).unwrap_or(*hold);
            *by_hand = keys.flag("by_hand").unwrap_or(*by_hand);
        }
        Strategy::Rolling { surge, unavailable, hold } => {
            *hold = keys.parsed("hold", DURATION_HINT).unwrap_or(*hold);
            let small = |count: u64| u16::try_from(count).unwrap_or(u16::MAX);
            *surge = keys.count("surge").map_or(*surge, small);
            *unavailable = keys.count("unavailable").map_or(*unavailable, small);
        }
        Strategy::Recreate {} => {}
    }
    if let Err(fault) = release.strategy.stages(instances) {
        keys.fault(steps_at, fault.to_string(), None);
    }
}

fn weights(keys: &Keys, at: core::ops::Range<usize>, texts: &[String]) -> Vec<Weight> {
    let mut weights = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(weight) => weights.push(weight),
            Err(error) => {
                let error: callsheet_traffic::WeightError = error;
                keys.fault(at.clone(), error.to_string(), Some("write `steps = [\"10%\", \"50%\"]`".to_owned()));
            }
        }
    }
    weights
}

fn read_judging(keys: &mut Keys, judging: &mut Settings) {
    let at = keys.span("judging");
    judging.false_alarm = keys.share("false_alarm").unwrap_or(judging.false_alarm);
    judging.tolerated_errors = keys.share("tolerated_errors").unwrap_or(judging.tolerated_errors);
    judging.tolerated_bursts = keys.share("tolerated_bursts").unwrap_or(judging.tolerated_bursts);
    judging.tolerated_ratio = keys.number("tolerated_ratio").unwrap_or(judging.tolerated_ratio);
    judging.tolerated_slowness = keys.number("tolerated_slowness").unwrap_or(judging.tolerated_slowness);
    judging.error_limit = keys.share("error_limit").or(judging.error_limit);
    judging.must_see = keys.share("must_see").unwrap_or(judging.must_see);
    judging.latency = keys.flag("latency").unwrap_or(judging.latency);
    for fault in judging.faults() {
        let key = fault.field.replace('-', "_");
        let hint = format!("`{key}` must lie {}", fault.range);
        keys.fault(at.clone(), format!("`{}.{key}` cannot be {}", keys.path(), fault.value), Some(hint));
    }
}
