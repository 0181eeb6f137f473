//! What a snapshot held, and what of it is gone without anybody having deleted it.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// Something that is there, with what it would go with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// `user`, `universe`, `element` or `component`.
    pub kind: String,
    pub id: String,
    /// Its universe or element, and the element a relationship leads to.
    pub belongs_to: Vec<String>,
}

/// Everything that was there at one moment. As text: a line per thing, `kind id belongs-to…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    pub things: Vec<Thing>,
}

impl Inventory {
    /// From its text; `None` if a line is none of ours.
    pub fn read(text: &str) -> Option<Inventory> {
        let thing = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            Some(Thing { kind: words.next()?, id: words.next()?, belongs_to: words.collect() })
        };
        text.lines().map(thing).collect::<Option<Vec<Thing>>>().map(|things| Inventory { things })
    }

    /// What of this is missing among `there`, with neither itself nor what it belonged to in `removed`.
    pub fn losses(&self, there: &[Thing], removed: &[String]) -> Losses {
        let present: HashSet<&str> = there.iter().map(|thing| thing.id.as_str()).collect();
        let mut deleted: HashSet<&str> = removed.iter().map(String::as_str).collect();
        // Owners come before what they own, so that one pass carries a deletion all the way down.
        for thing in &self.things {
            if thing.belongs_to.iter().any(|owner| deleted.contains(owner.as_str())) {
                deleted.insert(&thing.id);
            }
        }
        let mut losses = Losses::default();
        for thing in &self.things {
            let tally = losses.by_kind.entry(thing.kind.clone()).or_default();
            tally.then += 1;
            if !present.contains(thing.id.as_str()) {
                *(if deleted.contains(thing.id.as_str()) { &mut tally.deleted } else { &mut tally.lost }) += 1;
            }
        }
        let before: HashSet<&str> = self.things.iter().map(|thing| thing.id.as_str()).collect();
        losses.made_since = there.iter().filter(|thing| !before.contains(thing.id.as_str())).count();
        losses
    }
}

impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for thing in &self.things {
            write!(f, "{} {}", thing.kind, thing.id)?;
            for owner in &thing.belongs_to {
                write!(f, " {owner}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// What became of the things of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many the snapshot held.
    pub then: usize,
    /// Gone because somebody deleted them or what they belonged to.
    pub deleted: usize,
    /// Gone, and nobody knows why.
    pub lost: usize,
}

/// A comparison with a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    pub by_kind: BTreeMap<String, Tally>,
    /// Things that came after the snapshot: going back to it would lose them.
    pub made_since: usize,
}

impl Losses {
    /// How many things are lost.
    pub fn count(&self) -> usize {
        self.by_kind.values().map(|tally| tally.lost).sum()
    }
}

impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, tally) in &self.by_kind {
            writeln!(
                f,
                "{kind}: {} in the snapshot, {} deleted since, {} lost",
                tally.then, tally.deleted, tally.lost
            )?;
        }
        writeln!(f, "made since the snapshot: {}", self.made_since)?;
        match self.count() {
            0 => writeln!(f, "nothing is lost"),
            lost => writeln!(f, "data loss: {lost} things are missing that nobody deleted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNAPSHOT: &str = "universe u1\nuniverse u2\nelement e1 u1\nelement e2 u2\ncomponent c1 e1\ncomponent c2 e2\ncomponent c3 e2 e1\n";

    fn losses(there: &[&str], removed: &[&str]) -> Losses {
        let inventory = Inventory::read(SNAPSHOT).unwrap();
        assert_eq!(inventory.to_string(), SNAPSHOT);
        let thing = |id: &&str| Thing { kind: "any".to_owned(), id: (*id).to_owned(), belongs_to: Vec::new() };
        let removed: Vec<String> = removed.iter().map(|id| (*id).to_owned()).collect();
        inventory.losses(&there.iter().map(thing).collect::<Vec<_>>(), &removed)
    }

    #[test]
    fn what_somebody_deleted_is_not_lost_nor_what_went_with_it() {
        assert_eq!(losses(&["u1", "u2", "e1", "e2", "c1", "c2", "c3", "new"], &[]).count(), 0);
        // With a universe go its elements, their components, and relationships that lead there.
        assert_eq!(losses(&["u2", "e2", "c2"], &["u1"]).count(), 0);
        assert_eq!(losses(&["u1", "u2", "e1", "e2", "c1", "c2"], &["c3"]).count(), 0);
    }

    #[test]
    fn what_nobody_deleted_is_lost() {
        let lost = losses(&["u1", "u2", "e1", "e2", "c2", "new"], &["c3"]);
        assert_eq!((lost.count(), lost.made_since), (1, 1));
        assert_eq!(lost.by_kind["component"], Tally { then: 3, deleted: 1, lost: 1 });
        assert!(lost.to_string().ends_with("data loss: 1 things are missing that nobody deleted\n"));
        assert_eq!(Inventory::read("nonsense"), None);
    }
}
