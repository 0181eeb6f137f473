//! The ways in which a release takes over, each cut into stages.

use callsheet_base::Duration;
use callsheet_traffic::Weight;
use serde::{Deserialize, Serialize};

use crate::plan::{Promotion, Stage};

/// How traffic moves to the newer release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Strategy {
    /// A growing share, judged at each step.
    #[serde(rename_all = "kebab-case")]
    Canary {
        /// The shares before all traffic, rising.
        steps: Vec<Weight>,
        /// How long each step is judged.
        hold: Duration,
        /// Whether a person promotes each step.
        #[serde(default)]
        by_hand: bool,
    },
    /// The whole set is made ready aside, then traffic moves in two halves.
    #[serde(rename_all = "kebab-case")]
    BlueGreen {
        /// How long half of the traffic is judged; zero switches at once.
        hold: Duration,
        /// Whether a person says when to switch.
        #[serde(default)]
        by_hand: bool,
    },
    /// Instance by instance.
    #[serde(rename_all = "kebab-case")]
    Rolling {
        /// Instances of the newer release that may run beyond the usual number; at least one if `unavailable` is zero.
        surge: u16,
        /// Instances that may be missing meanwhile.
        unavailable: u16,
        /// How long each wave is judged.
        hold: Duration,
    },
    /// The old set ends before the new one begins: for services that cannot run twice. Requests wait at the edge meanwhile.
    Recreate {},
}

/// Why a strategy cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrategyFault {
    /// Canary steps must rise.
    #[error("canary steps must rise and stay between 0% and 100%: {after} comes after {before}")]
    NotRising {
        /// The step.
        after: Weight,
        /// The one before it.
        before: Weight,
    },
    /// Nothing could ever be replaced.
    #[error("a rolling release needs room: set `surge` or `unavailable` to at least 1")]
    NoRoom,
    /// All instances would be away at once.
    #[error("{unavailable} unavailable of {instances} instances leaves none: use `recreate` if that is meant")]
    NoneLeft {
        /// As configured.
        unavailable: u16,
        /// As configured.
        instances: u16,
    },
}

impl Strategy {
    /// The stages for a service of `instances`, ending with all traffic on the newer release.
    pub fn stages(&self, instances: u16) -> Result<Vec<Stage>, StrategyFault> {
        let promotion = |by_hand: bool| if by_hand { Promotion::ByHand } else { Promotion::Automatic };
        let full = |weight, hold, promotion| Stage { weight, new: instances, old: instances, hold, promotion };
        match self {
            Strategy::Canary { steps, hold, by_hand } => {
                let mut before = Weight::NONE;
                for &step in steps {
                    if step <= before || step > Weight::ALL {
                        return Err(StrategyFault::NotRising { after: step, before });
                    }
                    before = step;
                }
                let partial = steps.iter().filter(|&&step| step < Weight::ALL);
                let mut stages: Vec<Stage> = partial.map(|&step| full(step, *hold, promotion(*by_hand))).collect();
                stages.push(full(Weight::ALL, *hold, Promotion::Automatic));
                Ok(stages)
            }
            Strategy::BlueGreen { hold, by_hand } => {
                let aside = by_hand.then(|| full(Weight::NONE, Duration::ZERO, Promotion::ByHand));
                let half =
                    (*hold > Duration::ZERO).then(|| full(Weight::from_percent(50), *hold, Promotion::Automatic));
                let all = full(Weight::ALL, *hold, Promotion::Automatic);
                Ok(aside.into_iter().chain(half).chain([all]).collect())
            }
            Strategy::Rolling { surge, unavailable, hold } => rolling(instances, *surge, *unavailable, *hold),
            Strategy::Recreate {} => Ok(vec![Stage {
                weight: Weight::ALL,
                new: instances,
                old: 0,
                hold: Duration::ZERO,
                promotion: Promotion::Automatic,
            }]),
        }
    }

    /// Whether the two sets may never run at the same time.
    pub fn exclusive(&self) -> bool {
        matches!(self, Strategy::Recreate {})
    }
}

fn rolling(instances: u16, surge: u16, unavailable: u16, hold: Duration) -> Result<Vec<Stage>, StrategyFault> {
    if surge == 0 && unavailable == 0 {
        return Err(StrategyFault::NoRoom);
    }
    if surge == 0 && unavailable >= instances {
        return Err(StrategyFault::NoneLeft { unavailable, instances });
    }
    let wave = surge.max(unavailable).clamp(1, instances);
    let mut stages = Vec::new();
    let mut new = 0;
    while new < instances {
        new = (new + wave).min(instances);
        let old = instances - new;
        // Traffic follows capacity.
        stages.push(Stage {
            weight: Weight::of_parts(u32::from(new), u32::from(instances)),
            new,
            old,
            hold,
            promotion: Promotion::Automatic,
        });
    }
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(strategy: Strategy, instances: u16) -> Vec<String> {
        strategy
            .stages(instances)
            .unwrap()
            .iter()
            .map(|stage| format!("{} {}+{}", stage.weight, stage.new, stage.old))
            .collect()
    }

    #[test]
    fn each_ends_with_all_traffic_on_the_newer_release() {
        let hold = Duration::from_mins(5);
        let steps = vec![Weight::from_percent(5), Weight::from_percent(25)];
        assert_eq!(weights(Strategy::Canary { steps, hold, by_hand: false }, 2), ["5% 2+2", "25% 2+2", "100% 2+2"]);
        assert_eq!(weights(Strategy::BlueGreen { hold, by_hand: false }, 2), ["50% 2+2", "100% 2+2"]);
        assert_eq!(weights(Strategy::BlueGreen { hold: Duration::ZERO, by_hand: true }, 2), ["0% 2+2", "100% 2+2"]);
        assert_eq!(
            weights(Strategy::Rolling { surge: 1, unavailable: 0, hold }, 3),
            ["33.33% 1+2", "66.66% 2+1", "100% 3+0"]
        );
        assert_eq!(weights(Strategy::Recreate {}, 3), ["100% 3+0"]);
    }

    #[test]
    fn what_cannot_be_carried_out_is_refused() {
        let hold = Duration::from_mins(5);
        let falling = vec![Weight::from_percent(25), Weight::from_percent(5)];
        let fault = Strategy::Canary { steps: falling, hold, by_hand: false }.stages(2).unwrap_err();
        assert_eq!(fault.to_string(), "canary steps must rise and stay between 0% and 100%: 5% comes after 25%");
        assert_eq!(Strategy::Rolling { surge: 0, unavailable: 0, hold }.stages(2), Err(StrategyFault::NoRoom));
        let fault = Strategy::Rolling { surge: 0, unavailable: 2, hold }.stages(2).unwrap_err();
        assert_eq!(fault, StrategyFault::NoneLeft { unavailable: 2, instances: 2 });
    }
}
