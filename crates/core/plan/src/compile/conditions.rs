//! Conditions beside the judge, with their places and the release's own names.

use callsheet_rollout::Condition;

use super::Context;
use crate::{ConditionSettings, DeployOrder};

/// Where a condition is asked if nothing says it.
const USUAL: &str = "$PROMETHEUS_URL";

/// The conditions of a release of `version` in `environment`.
pub(super) fn conditions(
    context: &Context,
    order: &DeployOrder,
    version: &str,
    environment: &str,
) -> Result<Vec<Condition>, String> {
    let settings = order.spec.release.conditions.iter();
    let named = settings.map(|settings| {
        let filled = [("{service}", order.service.as_str()), ("{environment}", environment), ("{version}", version)];
        let expression = filled.iter().fold(settings.promql.clone(), |text, (name, value)| {
            text.replace(name, &value.replace('\\', "\\\\").replace('"', "\\\""))
        });
        let ConditionSettings { every, tolerated, .. } = *settings;
        Ok(Condition { expression, source: source(context, settings, &order.service)?, every, tolerated })
    });
    named.collect()
}

fn source(context: &Context, settings: &ConditionSettings, service: &str) -> Result<String, String> {
    let known = &context.inputs.config.metrics;
    let source = match &settings.metrics {
        Some(name) => Some(known.get(name).ok_or_else(|| {
            format!("callsheet.toml has no `[metrics.{name}]`, where a condition of `{service}` is to be asked")
        })?),
        None if known.len() == 1 => known.values().next(),
        None => None,
    };
    Ok(source.map_or_else(|| USUAL.to_owned(), |source| source.url.clone()))
}
