//! Equal shares of the sessions, so that two releases of unequal weight can be compared like with like.

use crate::{Ticket, Weight};

/// Which of the two releases serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The release that was there before.
    Stable,
    /// The newer one.
    Canary,
}

/// How the line of places is cut at a weight: each side into cells of one size.
///
/// If both releases behave alike, no cell is more likely than another to see an error within a slice of time, however the errors
/// of one cell hang together. That is all the comparison of releases assumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cells {
    weight: Weight,
    size: u16,
}

/// A mask has one bit per cell.
const MOST: u16 = 64;
/// Above this share a canary is cut into several cells, so that the other side still has enough of them.
const LARGEST: u16 = 100;

impl Cells {
    /// The cut at `weight`.
    pub const fn at(weight: Weight) -> Cells {
        let points = weight.basis_points();
        let rest = 10_000 - points;
        let smaller = if points < rest { points } else { rest };
        let size = if smaller == 0 || smaller > LARGEST { LARGEST } else { smaller };
        Cells { weight, size }
    }

    /// The weight of this cut.
    pub const fn weight(self) -> Weight {
        self.weight
    }

    /// Which side serves `ticket`.
    pub const fn side(self, ticket: Ticket) -> Side {
        if ticket.place() < self.weight.basis_points() { Side::Canary } else { Side::Stable }
    }

    /// Which side serves `ticket`, and the bit of its cell there; 0 for the few places left over at a side's end, which are in no cell.
    pub const fn locate(self, ticket: Ticket) -> (Side, u64) {
        let place = ticket.place();
        let points = self.weight.basis_points();
        let (side, from, end) = if place < points { (Side::Canary, 0, points) } else { (Side::Stable, points, 10_000) };
        let cell = (place - from) / self.size;
        let whole = (cell + 1) * self.size <= end - from;
        if whole && cell < MOST { (side, 1 << cell) } else { (side, 0) }
    }

    /// Number of cells of a side.
    pub const fn count(self, side: Side) -> u32 {
        let share = match side {
            Side::Canary => self.weight.basis_points(),
            Side::Stable => self.weight.rest().basis_points(),
        };
        let cells = share / self.size;
        (if cells < MOST { cells } else { MOST }) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(percent: &str, canary: u32, stable: u32) {
        let cells = Cells::at(percent.parse().unwrap());
        assert_eq!((cells.count(Side::Canary), cells.count(Side::Stable)), (canary, stable), "{percent}");
    }

    #[test]
    fn both_sides_are_cut_alike() {
        check("0%", 0, 64);
        check("0.5%", 1, 64);
        check("1%", 1, 64);
        check("10%", 10, 64);
        check("50%", 50, 50);
        check("95%", 64, 5);
        check("100%", 64, 0);
    }

    #[test]
    fn raising_the_weight_moves_sessions_one_way() {
        for bits in 0..2_000 {
            let ticket = Ticket::from_random(bits);
            let sides = [0, 1, 5, 10, 50, 99, 100].map(|percent| Cells::at(Weight::from_percent(percent)).side(ticket));
            assert!(sides.windows(2).all(|pair| pair[0] == Side::Stable || pair[1] == Side::Canary), "{sides:?}");
        }
    }

    #[test]
    fn every_cell_gets_its_equal_share() {
        let cells = Cells::at(Weight::from_percent(25));
        let mut counts = [[0_u32; 64]; 2];
        for bits in 0..1_000_000 {
            let (side, bit) = cells.locate(Ticket::from_random(bits));
            if bit != 0 {
                counts[usize::from(side == Side::Canary)][bit.trailing_zeros() as usize] += 1;
            }
        }
        for (side, expected) in [(0, 64), (1, 25)] {
            let seen: Vec<u32> = counts[side].into_iter().filter(|&count| count > 0).collect();
            assert_eq!(seen.len(), expected);
            assert!(seen.iter().all(|count| (9_600..10_400).contains(count)), "{seen:?}");
        }
    }
}
