//! What a story is about, by its seed alone.

use std::fmt;
use std::time::Duration;

use super::Victim;
use crate::{Moment, Seed};

const STRATEGIES: [(&str, &str); 4] = [
    ("canary", "steps = [\"50%\"]\nhold = \"1s\""),
    ("blue-green", "strategy = \"blue-green\"\nhold = \"1s\""),
    ("rolling", "strategy = \"rolling\"\nhold = \"1s\""),
    ("recreate", "strategy = \"recreate\""),
];
/// Commits of a deploy's run, at most: from its making to its end.
const BOUNDARIES: u64 = 15;
/// Boundaries of one story: each deploy has another.
const APART: u64 = 5;

/// A range of so many seeds goes through every strategy with every victim at every boundary.
pub const ROUND: u64 = STRATEGIES.len() as u64 * Victim::ALL.len() as u64 * APART;

/// What a story is about.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Index in `STRATEGIES`.
    strategy: usize,
    /// Who is killed.
    pub victim: Victim,
    /// A server is the control plane, not the command.
    pub served: bool,
    /// The second deploy's release is bad.
    pub bad: bool,
    first: u64,
}

impl Course {
    /// Of a story.
    pub fn of(seed: u64) -> Course {
        let strategies = STRATEGIES.len() as u64;
        let victims = Victim::ALL.len() as u64;
        // One after the other, each of another kind: neighbours share neither.
        let strategy = (seed % strategies) as usize;
        let victim = Victim::ALL[(seed / strategies % victims) as usize];
        let first = seed / strategies / victims % APART;
        let lap = seed / ROUND;
        let served = (seed / strategies + seed + lap).is_multiple_of(2);
        Course { strategy, victim, served, bad: (seed / victims + lap).is_multiple_of(3), first }
    }

    /// `[services.shop.release]`.
    pub fn release(&self) -> String {
        format!(
            "{}\nkeep_old = \"500ms\"\nlease = \"5s\"\njudging = {{ must_see = \"90%\" }}\n",
            STRATEGIES[self.strategy].1
        )
    }

    /// Whether users wait while no set may serve.
    pub fn lets_users_wait(&self) -> bool {
        STRATEGIES[self.strategy].0 == "recreate"
    }

    /// When somebody is killed in the deploy of this number: at once when a record lands, or when what it says is being done.
    pub fn moment(&self, number: u64, choices: &mut Seed) -> Moment {
        let count = 1 + (self.first + number * APART) % BOUNDARIES;
        let longest = if choices.one_in(2) { Duration::from_millis(2) } else { Duration::from_millis(250) };
        Moment::Record { count: count as u32, then: choices.pause(longest) }
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Course { strategy, victim, served, bad, first } = self;
        let by = if *served { "the server" } else { "the command" };
        let release = if *bad { "one release is bad, " } else { "" };
        write!(f, "{}, {victim:?} killed, {release}by {by}, from boundary {first}", STRATEGIES[*strategy].0)
    }
}
