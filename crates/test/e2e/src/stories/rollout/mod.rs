//! Releases go out under load, and somebody is killed at each event of their chain: the control plane, the edge, instances, supervisors.
//!
//! Seeds count through strategy, victim and boundary, so that neighbours differ and a range of [`ROUND`] seeds goes through all.

mod course;
mod shop;
mod victim;

use std::time::{Duration, Instant};

pub use course::{Course, ROUND};
use shop::Shop;
pub use victim::Victim;

use crate::{Broken, Seed};

/// Deploys in a story.
const DEPLOYS: u64 = 3;
/// After a restart a release is looked after again within this time.
pub const RECOVERED_WITHIN: Duration = Duration::from_secs(5);

/// What happened in a story.
#[derive(Clone, Debug, Default)]
pub struct Rolled {
    /// Deploys.
    pub deploys: u32,
    /// Kills that hit somebody living.
    pub kills: u32,
    /// Deploys that ended with the newer release.
    pub promoted: u32,
    /// Deploys that ended with the older one.
    pub turned_back: u32,
    /// Answers that users got.
    pub answers: u64,
    /// Requests without a good answer while a killed edge or instance was away.
    pub apart: u64,
    /// From a control plane's restart until it looked after the release again.
    pub recovered: Vec<Duration>,
    /// From an edge's death until users were answered again.
    pub edge_back: Vec<Duration>,
}

/// Tells the story of `seed`; `Err` says which promise was broken.
pub fn rollout(seed: u64) -> Result<Rolled, Broken> {
    let course = Course::of(seed);
    let mut choices = Seed::new(seed);
    let mut rolled = Rolled::default();
    let mut shop = Shop::open(&course)?;
    for number in 0..DEPLOYS {
        let told = format!("{course}, deploy {number}");
        shop.deploy(&course, number, &mut choices, &mut rolled).map_err(|broken| format!("{told}: {broken}"))?;
    }
    shop.close(&mut rolled).map_err(|broken| format!("{course}: {broken}"))?;
    Ok(rolled)
}

/// A time in which requests may fail, because whoever carried them was killed.
#[derive(Clone, Copy, Debug)]
struct Away {
    from: Instant,
    until: Instant,
}

impl Rolled {
    /// Adds another story's.
    pub fn add(&mut self, other: Rolled) {
        self.deploys += other.deploys;
        self.kills += other.kills;
        self.promoted += other.promoted;
        self.turned_back += other.turned_back;
        self.answers += other.answers;
        self.apart += other.apart;
        self.recovered.extend(other.recovered);
        self.edge_back.extend(other.edge_back);
    }
}
