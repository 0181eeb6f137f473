//! What is tolerated, and how sure one wants to be.

use serde::{Deserialize, Serialize};

/// How a rollout is judged. Rates are shares of requests, 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The chance that a release that is no worse is ever called worse, over the whole rollout.
    pub false_alarm: f64,
    /// An error rate that never is a reason, whatever the other release does.
    pub tolerated_errors: f64,
    /// The share of slices that a burst may hit in one release alone.
    pub tolerated_bursts: f64,
    /// How many times the other release's error rate it may have before that counts at all; at least 1.
    pub tolerated_ratio: f64,
    /// How many times as often as the other release it may exceed that one's 99th percentile; at least 1.
    pub tolerated_slowness: f64,
    /// The runbook's own limit: an error rate above it fails whatever the other release does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_limit: Option<f64>,
    /// The error rate that a stage must have been able to see before it may pass.
    pub must_see: f64,
    /// Whether latency is judged.
    pub latency: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            false_alarm: 0.001,
            tolerated_errors: 0.002,
            tolerated_bursts: 0.02,
            tolerated_ratio: 1.5,
            tolerated_slowness: 1.2,
            error_limit: None,
            must_see: 0.05,
            latency: true,
        }
    }
}

/// Why settings make no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{field}` is {value}: it must lie {range}")]
pub struct SettingsFault {
    /// The setting.
    pub field: &'static str,
    /// Its value.
    pub value: f64,
    /// Where it must lie, in words.
    pub range: &'static str,
}

impl Settings {
    /// Everything that makes no sense; empty if all does.
    pub fn faults(&self) -> Vec<SettingsFault> {
        let small = "above 0 and below 0.5";
        let share = "from 0.00001 to 0.5";
        let within = |field, value: f64, ok: bool, range| (!ok).then_some(SettingsFault { field, value, range });
        let is_share = |value: f64| (0.00001..=0.5).contains(&value);
        [
            within("false-alarm", self.false_alarm, self.false_alarm > 0.0 && self.false_alarm < 0.5, small),
            within("tolerated-errors", self.tolerated_errors, is_share(self.tolerated_errors), share),
            within("tolerated-bursts", self.tolerated_bursts, is_share(self.tolerated_bursts), share),
            within(
                "tolerated-ratio",
                self.tolerated_ratio,
                (1.0..=100.0).contains(&self.tolerated_ratio),
                "from 1 to 100",
            ),
            within(
                "tolerated-slowness",
                self.tolerated_slowness,
                (1.0..=40.0).contains(&self.tolerated_slowness),
                "from 1 to 40",
            ),
            self.error_limit.and_then(|limit| within("error-limit", limit, is_share(limit), share)),
            within(
                "must-see",
                self.must_see,
                self.must_see > self.tolerated_errors && self.must_see <= 1.0,
                "above `tolerated-errors`, up to 1",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The natural logarithm of the evidence that one question must reach.
    pub fn log_threshold(&self) -> f64 {
        let questions = 1 + usize::from(self.latency) + usize::from(self.error_limit.is_some());
        (questions as f64 / self.false_alarm).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_make_sense() {
        assert_eq!(Settings::default().faults(), []);
    }

    #[test]
    fn every_fault_is_named() {
        let settings = Settings {
            false_alarm: 0.0,
            tolerated_errors: 0.7,
            tolerated_ratio: f64::NAN,
            error_limit: Some(2.0),
            ..Settings::default()
        };
        let fields: Vec<&str> = settings.faults().iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["false-alarm", "tolerated-errors", "tolerated-ratio", "error-limit", "must-see"]);
    }
}
