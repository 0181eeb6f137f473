//! A session's place in the order in which sessions move to a newer release.

/// What a session draws once and keeps, in a cookie, a header, or derived from one; where there is no session, one per request.
///
/// All weights cut the same line of places: a session whose place is below the weight goes to the newer release. Raising the weight
/// moves sessions one way only, and nobody who stays is shuffled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

impl Ticket {
    /// From random bits, as drawn for a new session.
    pub const fn from_random(bits: u64) -> Ticket {
        Ticket(bits)
    }

    /// From a session's own name (a cookie's or header's value). Equal names give equal tickets in every process and version.
    pub fn from_name(name: &[u8]) -> Ticket {
        // FNV-1a; `place` mixes it.
        let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Ticket(hash)
    }

    /// The raw bits, as a cookie carries them.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The place on the line, 0 to 9,999, in hundredths of a percent.
    pub const fn place(self) -> u16 {
        // SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014): every input bit reaches every output bit.
        let mut bits = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // The upper half scaled, not a remainder: no place is more likely than another.
        (((bits >> 32) * 10_000) >> 32) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_even() {
        let mut tenths = [0_u32; 10];
        for bits in 0..100_000 {
            tenths[usize::from(Ticket::from_random(bits).place() / 1000)] += 1;
        }
        assert!(tenths.iter().all(|&count| (9_700..10_300).contains(&count)), "{tenths:?}");
    }

    #[test]
    fn a_name_keeps_its_place() {
        assert_eq!(Ticket::from_name(b"session-7").place(), Ticket::from_name(b"session-7").place());
        assert_ne!(Ticket::from_name(b"session-7").place(), Ticket::from_name(b"session-8").place());
    }
}
