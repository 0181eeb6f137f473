//! Why a rollout does not get on, for people: told once it has lasted, and not anew for every word in which it changes.

use std::time::Duration;

/// What is in the way now, if anything is.
#[derive(Debug, Default)]
pub(super) struct Hindrance(Option<Met>);

#[derive(Debug)]
struct Met {
    why: String,
    /// In steady time.
    since: Duration,
    told: bool,
}

/// What goes away by itself within this time is told to nobody.
const LASTS: Duration = Duration::from_secs(3);
/// Another reason is told after this.
const CHANGES: Duration = Duration::from_secs(30);

impl Hindrance {
    /// As it is on record: whoever looked before has told it.
    pub(super) fn recorded(why: Option<&str>, steady: Duration) -> Hindrance {
        Hindrance(why.map(|why| Met { why: why.to_owned(), since: steady, told: true }))
    }

    pub(super) fn meet(&mut self, why: String, steady: Duration) {
        match &mut self.0 {
            Some(known) if alike(&known.why, &why) || steady.saturating_sub(known.since) < CHANGES => {}
            Some(known) => (known.why, known.since) = (why, steady),
            None => self.0 = Some(Met { why, since: steady, told: false }),
        }
    }

    pub(super) fn is_over(&mut self) {
        self.0 = None;
    }

    /// What there is to tell.
    pub(super) fn told(&mut self, steady: Duration) -> Option<String> {
        let met = self.0.as_mut()?;
        met.told |= steady.saturating_sub(met.since) >= LASTS;
        met.told.then(|| met.why.clone())
    }
}

/// Names of instances and times differ from one try to the next.
fn alike(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_told_once_and_what_passes_is_not() {
        let at = Duration::from_millis;
        let mut hindrance = Hindrance::default();
        let mut told = |words: &str, millis: u64| {
            hindrance.meet(words.to_owned(), at(millis));
            hindrance.told(at(millis))
        };
        assert_eq!(told("cannot start shop-1", 0), None);
        assert_eq!(told("cannot start shop-2", 2900), None);
        assert_eq!(told("cannot start shop-3", 3000).as_deref(), Some("cannot start shop-1"));
        assert_eq!(told("the edge is gone", 29_000).as_deref(), Some("cannot start shop-1"));
        assert_eq!(told("the edge is gone", 30_000).as_deref(), Some("the edge is gone"));
        hindrance.is_over();
        assert_eq!(hindrance.told(at(40_000)), None);
        let mut recorded = Hindrance::recorded(Some("the edge is gone"), at(10));
        assert_eq!(recorded.told(at(10)).as_deref(), Some("the edge is gone"));
    }
}
