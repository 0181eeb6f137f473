//! When an instance that ended by itself is started again, and when it is given up.

use callsheet_base::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Waits grow from end to end; too many ends in a short time are a crash loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct RestartPolicy {
    /// Before the first restart; twice as long before each further one.
    pub first_delay: Duration,
    /// No wait is longer.
    pub longest_delay: Duration,
    /// So many ends…
    pub ends: u32,
    /// …within this time, and it is given up.
    pub within: Duration,
}

impl Default for RestartPolicy {
    /// 200 ms, doubled up to 30 s; given up at the fifth end within two minutes.
    fn default() -> RestartPolicy {
        RestartPolicy {
            first_delay: Duration::from_millis(200),
            longest_delay: Duration::from_secs(30),
            ends: 5,
            within: Duration::from_mins(2),
        }
    }
}

/// What follows an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterEnd {
    /// Started again after this.
    Again(Duration),
    /// A crash loop: not started again.
    GivenUp,
}

/// The ends of one instance that still count. An instance that ran well for [`RestartPolicy::within`] begins anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends(Vec<Timestamp>);

impl Ends {
    /// Counts an end and says what follows. `chance` (any number, evenly distributed) spreads the wait by a fifth to both sides, so that
    /// instances that fell together do not rise together.
    pub fn ended(&mut self, policy: &RestartPolicy, at: Timestamp, chance: u32) -> AfterEnd {
        self.0.retain(|earlier| Duration::between(*earlier, at) < policy.within);
        self.0.push(at);
        let count = self.0.len() as u32;
        if count >= policy.ends {
            return AfterEnd::GivenUp;
        }
        let doubled = policy.first_delay.as_millis().saturating_mul(1 << (count - 1).min(32));
        let wait = doubled.min(policy.longest_delay.as_millis());
        // Between four and six fifths.
        let spread = u128::from(wait) * (800 + u128::from(chance % 401)) / 1000;
        AfterEnd::Again(Duration::from_millis(spread as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn waits_double_up_to_the_longest_and_then_it_is_given_up() {
        let policy = RestartPolicy { ends: 6, longest_delay: Duration::from_secs(1), ..RestartPolicy::default() };
        let mut ends = Ends::default();
        let waits: Vec<AfterEnd> = (0..6).map(|second| ends.ended(&policy, at(second), 200)).collect();
        let again = |millis| AfterEnd::Again(Duration::from_millis(millis));
        assert_eq!(waits, [again(200), again(400), again(800), again(1000), again(1000), AfterEnd::GivenUp]);
    }

    #[test]
    fn chance_spreads_a_wait_by_a_fifth() {
        let policy = RestartPolicy::default();
        let wait = |chance| Ends::default().ended(&policy, at(0), chance);
        assert_eq!(wait(0), AfterEnd::Again(Duration::from_millis(160)));
        assert_eq!(wait(400), AfterEnd::Again(Duration::from_millis(240)));
        assert_eq!(wait(401), wait(0));
    }

    #[test]
    fn old_ends_no_longer_count() {
        let policy = RestartPolicy { ends: 2, ..RestartPolicy::default() };
        let mut ends = Ends::default();
        assert_ne!(ends.ended(&policy, at(0), 0), AfterEnd::GivenUp);
        assert_ne!(ends.ended(&policy, at(120), 0), AfterEnd::GivenUp);
        assert_eq!(ends.ended(&policy, at(239), 0), AfterEnd::GivenUp);
    }
}
