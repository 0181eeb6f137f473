//! `callsheet deploy …` and `callsheet rollback …` lines.

use std::collections::BTreeMap;

use callsheet_runbook::{FactValue, Inferred, Step, Threshold};

use super::conditions::conditions;
use super::schemas::schema;
use super::{Context, service};
use crate::{Action, ConditionSettings, DeployOrder, Goal, PlannedAct, ServiceSpec};

/// What `callsheet deploy` takes in a runbook.
pub(super) const DEPLOY_OPTIONS: &[&str] =
    &["--version", "--artifact", "--image", "--one-way", "--env", "--soak", "--emergency", "--schema", CONDITION];
/// May stand more than once.
const CONDITION: &str = "--condition";

/// `callsheet deploy [SERVICE] --version V [--artifact PATH | --image NAME] [--one-way WHY] [--env ENV] [--soak TIME] [--emergency WHY] [--schema REVS]
/// [--condition 'PROMQL [for TIME]']…`.
pub(super) fn deploy(context: &Context, step: &Step, words: &[&str]) -> Result<Action, String> {
    let read = Words::read("deploy", words, DEPLOY_OPTIONS)?;
    let Some(version) = read.options.get("--version") else {
        return Err("`callsheet deploy` needs a version: `callsheet deploy shop --version 1.4.0`".to_owned());
    };
    let owned = |name: &str| read.options.get(name).map(|value| (*value).to_owned());
    let (artifact, image) = (owned("--artifact"), owned("--image"));
    let (has_artifact, has_image) = (artifact.is_some(), image.is_some());
    let goal =
        Goal::Version { version: (*version).to_owned(), artifact: artifact.or(image), one_way: owned("--one-way") };
    let mut order = order(context, read.service, read.option("--env"), goal)?;
    match &order.spec.containers {
        Some(_) if has_artifact => {
            return Err(format!("`{}` runs in containers: its release is an image, `--image NAME`", order.service));
        }
        None if has_image => {
            let service = &order.service;
            return Err(format!("`{service}` runs as processes: its release is a file or folder, `--artifact PATH`"));
        }
        _ => {}
    }
    let soak = read.option("--soak").or(step.attributes.other.get("soak").map(String::as_str));
    if let Some(soak) = soak {
        let not_a_time = |_| format!("`soak` cannot be `{soak}`: write a number and a unit, like `24h`");
        order.spec.release.soak = soak.parse().map_err(not_a_time)?;
        order.soak = Some(order.spec.release.soak);
    }
    let needs = read.option("--schema").or(step.attributes.other.get("schema").map(String::as_str));
    order.schema = schema(context, &order.spec, needs)?;
    for text in &read.conditions {
        order.spec.release.conditions.push(ConditionSettings::read(text)?);
    }
    order.conditions = conditions(context, &order, version, order.environment_in(context.inputs.environment))?;
    order.emergency = owned("--emergency");
    if let (Some(_), Some(why)) = (&order.emergency, read.option("--one-way")) {
        return Err(format!("an emergency needs a way back, and there is none: {why}"));
    }
    Ok(Action::Deploy(Box::new(order)))
}

/// Agrees to what bringing a schema back loses.
const ACCEPTS_LOSS: &str = "--data-loss-accepted";

/// `callsheet rollback [SERVICE] [--to V] [--data-loss-accepted]`.
pub(super) fn rollback(context: &Context, words: &[&str]) -> Result<Action, String> {
    let accepts_loss = words.contains(&ACCEPTS_LOSS);
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != ACCEPTS_LOSS).collect();
    let read = Words::read("rollback", &words, &["--to", "--env"])?;
    let to = read.options.get("--to").map(|version| (*version).to_owned());
    let mut order = order(context, read.service, read.option("--env"), Goal::Back { to })?;
    order.schema = schema(context, &order.spec, None)?;
    order.accepts_loss = accepts_loss;
    Ok(Action::Deploy(Box::new(order)))
}

fn order(context: &Context, named: Option<&str>, environment: Option<&str>, goal: Goal) -> Result<DeployOrder, String> {
    let known = &context.inputs.config.environments;
    if let Some(unknown) = environment.filter(|name| !known.contains_key(*name)) {
        return Err(format!("callsheet.toml names no environment `{unknown}`: write `[environments.{unknown}]`"));
    }
    let environment = environment.filter(|name| *name != context.inputs.environment);
    let here = environment.unwrap_or(context.inputs.environment);
    let service = named.map_or_else(|| service(context.inputs), str::to_owned);
    let words = match &goal {
        Goal::Version { version, artifact, .. } => [Some(version), artifact.as_ref()],
        Goal::Back { to } => [to.as_ref(), None],
    };
    if let Some(word) = words.into_iter().flatten().find(|word| word.contains('$')) {
        return Err(format!("no shell reads this line, so `{word}` stays as it is: make it a parameter"));
    }
    let spec = context.inputs.config.service_in(&service, here);
    let spec = spec.cloned().ok_or_else(|| {
        format!(
            "callsheet.toml does not say how `{service}` runs: write `[services.{service}]` with `command = [\"…\"]`"
        )
    })?;
    Ok(DeployOrder { environment: environment.map(str::to_owned), ..DeployOrder::bare(&service, goal, spec) })
}

/// A verb's words, sorted.
pub(super) struct Words<'w> {
    pub(super) service: Option<&'w str>,
    options: BTreeMap<&'w str, &'w str>,
    conditions: Vec<&'w str>,
}

impl<'w> Words<'w> {
    /// An option's value.
    pub(super) fn option(&self, name: &str) -> Option<&'w str> {
        self.options.get(name).copied()
    }

    pub(super) fn read(verb: &str, words: &[&'w str], known: &[&'w str]) -> Result<Words<'w>, String> {
        let mut read = Words { service: None, options: BTreeMap::new(), conditions: Vec::new() };
        let mut rest = words.iter();
        while let Some(&word) = rest.next() {
            let (name, inline) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            if known.contains(&name) {
                let value = inline.or_else(|| rest.next().copied()).filter(|value| !value.is_empty());
                let value = value.ok_or_else(|| format!("`callsheet {verb} {name}` needs a value"))?;
                if name == CONDITION {
                    read.conditions.push(value);
                } else if read.options.insert(name, value).is_some() {
                    return Err(format!("`callsheet {verb}` is told `{name}` twice"));
                }
            } else if word.starts_with('-') {
                return Err(format!("`callsheet {verb}` does not know `{word}`: it takes {}", known.join(", ")));
            } else if read.service.replace(word).is_some() {
                return Err(format!("`callsheet {verb}` takes one service, not also `{word}`"));
            }
        }
        Ok(read)
    }
}

/// Names of the environment variables that the acts' services take as secrets.
pub(super) fn secrets(acts: &[PlannedAct]) -> impl Iterator<Item = &String> {
    acts.iter().flat_map(|act| match &act.action {
        Action::Deploy(order) => order.spec.secrets.as_slice(),
        _ => &[],
    })
}

/// A rollback trigger on the error rate is a limit for judging, unless the configuration has one.
pub(super) fn infer_limits(context: &Context, acts: &mut [PlannedAct], inferred: &mut Vec<Inferred>) {
    for act in acts {
        let Action::Deploy(order) = &mut act.action else { continue };
        let DeployOrder { spec: ServiceSpec { release, .. }, goal: Goal::Version { .. }, .. } = &mut **order else {
            continue;
        };
        let judging = &mut release.judging;
        if judging.error_limit.is_none()
            && let Some((limit, line)) = limit_of(context)
        {
            judging.error_limit = Some(limit);
            let value = format!("{} %: a rollback trigger", limit * 100.0).into();
            inferred.push(Inferred { field: "error-limit".into(), value, line });
        }
    }
}

/// The lowest error rate that makes the team roll back, as a share, and its line.
fn limit_of(context: &Context) -> Option<(f64, u32)> {
    let triggers = context.inputs.runbook.facts.iter().filter_map(|fact| match &fact.value {
        FactValue::Trigger { threshold: Some(threshold), .. } => Some((share(threshold)?, fact.line)),
        _ => None,
    });
    triggers.min_by(|(one, _), (other, _)| one.total_cmp(other))
}

fn share(threshold: &Threshold) -> Option<f64> {
    let metric = threshold.metric.to_lowercase();
    let rate = ["error", "5xx", "fail"].iter().any(|word| metric.contains(word));
    let above = matches!(threshold.comparator.as_deref(), Some(">" | ">=" | "exceeds"));
    let percent = threshold.unit.as_deref() == Some("%");
    threshold
        .figure
        .map(|figure| figure / 100.0)
        .filter(|share| rate && above && percent && (0.001..=0.5).contains(share))
}
