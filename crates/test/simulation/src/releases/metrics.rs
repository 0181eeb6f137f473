//! The town's store of metrics: what it says follows from the time alone, whoever asks.

use callsheet_node::Watch;
use callsheet_rollout::Sight;

use super::grounds::Hands;
use crate::world::lock;

/// It says the same for so long, ms.
const SPELL: u64 = 3_000;

/// Asks for one conductor.
pub(super) struct TownWatch {
    pub(super) hands: Hands,
    pub(super) conditions: usize,
}

impl Watch for TownWatch {
    fn seen(&self) -> Vec<Option<Sight>> {
        let mut outer = lock(&self.hands.outer);
        let sight = sight(outer.town.elapsed / SPELL);
        let look = outer.town.looks.entry((self.hands.run, self.hands.claim)).or_default();
        look.sight = Some(sight.clone());
        vec![Some(sight); self.conditions]
    }
}

/// Mostly all is well; a bad spell is tolerated, two in a row are not.
fn sight(spell: u64) -> Sight {
    // Spreads neighbouring numbers.
    match spell.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60 {
        0 => Sight::Unknown { why: "the store does not answer".to_owned() },
        1..=2 => Sight::Fails { seen: format!("{}", 100 + spell) },
        _ => Sight::Holds { seen: "7".to_owned() },
    }
}
