//! `[services.NAME.release] conditions`: what must hold in a store of metrics, beside the judge, while users meet a newer release.

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

use super::DURATION_HINT;
use super::keys::Keys;

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ConditionSettings {
    /// PromQL; `{service}`, `{environment}` and `{version}` stand for the release's own.
    pub promql: String,
    /// The `[metrics.NAME]` that is asked; `None`: the only one, or `$PROMETHEUS_URL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<String>,
    /// Between two looks.
    pub every: Duration,
    /// It may fail at each look for this long.
    #[serde(rename = "for")]
    pub tolerated: Duration,
}

impl ConditionSettings {
    fn new(promql: &str) -> ConditionSettings {
        let promql = promql.trim().to_owned();
        ConditionSettings { promql, metrics: None, every: Duration::from_secs(15), tolerated: Duration::ZERO }
    }

    /// As a word of a `callsheet deploy` line: `PROMQL`, or `PROMQL for 1m`.
    pub(crate) fn read(text: &str) -> Result<ConditionSettings, String> {
        let tolerated = |text: &str| text.trim().parse::<Duration>().ok();
        let parted = text.rsplit_once(" for ").and_then(|(promql, span)| Some((promql, tolerated(span)?)));
        let (promql, tolerated) = parted.unwrap_or((text, Duration::ZERO));
        let condition = ConditionSettings { tolerated, ..ConditionSettings::new(promql) };
        match condition.promql.is_empty() {
            true => Err(format!("`{text}` has no condition: write `--condition 'queue_length < 100 for 1m'`")),
            false => Ok(condition),
        }
    }
}

const HINT: &str =
    "write PromQL that holds while all is well: `conditions = [{ promql = \"queue_length < 100\", for = \"1m\" }]`";

pub(super) fn read_conditions(keys: &mut Keys, conditions: &mut Vec<ConditionSettings>) {
    let at = keys.span("conditions");
    let Some(read) = keys.items("conditions", ConditionSettings::new, read_condition) else { return };
    if read.iter().any(|condition| condition.promql.is_empty()) {
        let hint = Some(HINT.to_owned());
        keys.fault(at.clone(), format!("a condition of `{}` has no `promql`", keys.path()), hint);
    }
    if read.iter().any(|condition| condition.every < Duration::from_millis(100)) {
        let hint = Some("write `every = \"1s\"` or more".to_owned());
        keys.fault(at, format!("a condition of `{}` is asked too often", keys.path()), hint);
    }
    *conditions = read;
}

fn read_condition(keys: &mut Keys) -> ConditionSettings {
    let mut condition = ConditionSettings::new(&keys.text("promql").unwrap_or_default());
    condition.metrics = keys.text("metrics");
    condition.every = keys.parsed("every", DURATION_HINT).unwrap_or(condition.every);
    condition.tolerated = keys.parsed("for", DURATION_HINT).unwrap_or(condition.tolerated);
    condition
}
