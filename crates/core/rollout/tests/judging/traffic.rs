//! Simulated traffic of two releases, one slice at a time, from a seed.

use callsheet_traffic::{Outcome, Slice, Ticket, Weight};

/// Draws numbers from a seed: SplitMix64, the same on every machine.
pub struct Draw(u64);

impl Draw {
    pub fn seeded(seed: u64) -> Draw {
        Draw(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn happens(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// A latency, µs: lognormal with a median of 20 ms and a 99th percentile of 6.4 times that.
    pub fn latency_us(&mut self) -> f64 {
        let normal = (-2.0 * self.share().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos();
        20_000.0 * (0.8 * normal).exp()
    }
}

/// The 99th percentile of [`Draw::latency_us`].
pub const P99_US: f64 = 20_000.0 * 6.4297;

/// How one release behaves.
#[derive(Clone, Copy)]
pub struct Behaviour {
    pub error_rate: f64,
    /// All latencies times this.
    pub slower: f64,
    /// The chance that a slice is hit by a burst in which `burst_depth` of its requests fail.
    pub bursts: f64,
    pub burst_depth: f64,
}

pub const GOOD: Behaviour = Behaviour { error_rate: 0.0005, slower: 1.0, bursts: 0.0, burst_depth: 1.0 };

/// One second of `requests` at `weight`.
pub fn slice(
    draw: &mut Draw,
    index: u64,
    requests: u32,
    weight: Weight,
    stable: Behaviour,
    canary: Behaviour,
) -> Slice {
    let mut slice = Slice::empty(index, 1000, weight, P99_US as u64);
    let hit = [stable, canary].map(|behaviour| draw.happens(behaviour.bursts));
    for _ in 0..requests {
        let ticket = Ticket::from_random(draw.bits());
        let side = usize::from(ticket.place() < weight.basis_points());
        let behaviour = [stable, canary][side];
        let error = draw.happens(behaviour.error_rate) || (hit[side] && draw.happens(behaviour.burst_depth));
        let slow = draw.latency_us() * behaviour.slower > P99_US;
        slice.add(ticket, Outcome { error, slow });
    }
    slice
}
