//! What the cycles came to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::Played;
use super::act::Act;
use super::stage::Kill;
use crate::load::{Counted, Failure, Kind};
use crate::patience;

/// Connections that a killed process held break within this time of its end.
const BREAKING: Duration = Duration::from_secs(2);

/// Cycles, requests, and what was lost.
#[derive(Clone, Debug)]
pub struct Report {
    /// The seed that chose the cycles.
    pub seed: u64,
    /// When it began.
    pub began: Instant,
    /// How long it took.
    pub took: Duration,
    /// The longest cycle: which, and when it began and ended.
    pub longest: Option<String>,
    /// Cycles by kind.
    pub cycles: BTreeMap<Act, u64>,
    /// What came back.
    pub counted: Counted,
    /// Requests that were lost, with the cycle in which.
    pub lost: Vec<String>,
    /// Requests that were under way in an instance as it was killed.
    pub apart: BTreeMap<Kind, u64>,
}

impl Report {
    pub(super) fn of(seed: u64, began: Instant, played: &[Played], kills: &[Kill], counted: Counted) -> Report {
        let mut cycles = BTreeMap::new();
        for one in played {
            *cycles.entry(one.act).or_default() += 1;
        }
        let (mut lost, mut apart) = (Vec::new(), BTreeMap::new());
        for failure in &counted.failures {
            if kills.iter().any(|kill| was_killed(failure, kill)) {
                *apart.entry(failure.kind).or_default() += 1;
            } else {
                lost.push(told(failure, began, played));
            }
        }
        let longest = played.iter().enumerate().max_by_key(|(_, one)| one.ended - one.began);
        let longest = longest.map(|(number, one)| {
            let at = |instant: Instant| instant.saturating_duration_since(began).as_secs_f64();
            format!("{} ({}), from {:.1} s to {:.1} s", number + 1, one.act, at(one.began), at(one.ended))
        });
        Report { seed, began, longest, took: began.elapsed(), cycles, counted, lost, apart }
    }

    /// Requests that were answered as wanted; words of sockets and events of streams are none.
    pub fn answered(&self) -> u64 {
        self.counted.answered.iter().filter(|(kind, _)| !kind.is_live()).map(|(_, count)| count).sum()
    }
}

/// It was under way in that service as the instance died.
fn was_killed(failure: &Failure, kill: &Kill) -> bool {
    kill.live == failure.kind.is_live()
        && failure.began <= kill.gone
        && (kill.at..=kill.gone + patience(BREAKING)).contains(&failure.ended)
}

fn told(failure: &Failure, began: Instant, played: &[Played]) -> String {
    let at = |instant: Instant| instant.saturating_duration_since(began).as_secs_f64();
    let during = played.iter().enumerate().filter(|(_, one)| one.began <= failure.ended && failure.began <= one.ended);
    let during: Vec<String> = during.map(|(number, one)| format!("{} ({})", number + 1, one.act)).collect();
    let during = if during.is_empty() { "no cycle".to_owned() } else { format!("cycles {}", during.join(", ")) };
    let Failure { kind, why, .. } = failure;
    format!(
        "{} sent at {:.3} s, failed at {:.3} s, in {during}: {why}",
        kind.name(),
        at(failure.began),
        at(failure.ended)
    )
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.cycles.values().sum();
        writeln!(f, "{total} cycles in {:.0} s from seed {}", self.took.as_secs_f64(), self.seed)?;
        for (act, count) in &self.cycles {
            writeln!(f, "  {count:>9}  {act}")?;
        }
        writeln!(f, "the longest was {}", self.longest.as_deref().unwrap_or("none"))?;
        let words: u64 = self.counted.answered.iter().filter(|(kind, _)| kind.is_live()).map(|(_, count)| count).sum();
        writeln!(f, "{} requests, and {words} words of sockets and events of streams", self.answered())?;
        for (kind, count) in &self.counted.answered {
            let opened = self.counted.opened.get(kind).copied().unwrap_or_default();
            let (worst, due) = self.counted.worst.get(kind).copied().unwrap_or_default();
            let due = due.map_or(0.0, |due| due.saturating_duration_since(self.began).as_secs_f64());
            let worst = worst.as_secs_f64() * 1000.0;
            writeln!(
                f,
                "  {count:>9}  {:<12}  {opened} connections, longest {worst:.0} ms (due at {due:.1} s)",
                kind.name()
            )?;
        }
        let apart: u64 = self.apart.values().sum();
        let shown: Vec<String> = self.apart.iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect();
        writeln!(f, "{apart} under way in an instance as it was killed ({})", shown.join(", "))?;
        writeln!(f, "{} sockets cut after they had lived through a whole window", self.counted.outlived)?;
        write!(f, "{} lost", self.lost.len())?;
        self.lost.iter().take(20).try_for_each(|one| write!(f, "\n  {one}"))
    }
}
