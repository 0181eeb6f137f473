//! The judge of one rollout: fed with slices, asked at any time.

use callsheet_traffic::{Cells, Side, Slice, Tally};

use super::detectable::smallest_rate;
use super::exchange::Exchange;
use super::interval::Sequence;
use super::rate::{self, RARE, Rate, Times, USUAL};
use super::{Evidence, Question, Settings, Verdict};

/// No stage is passed under a suspicion from here on. Being at half of the logarithm of what fails, a good release ever gets there with a
/// chance of at most the root of the false alarm's, and its suspicion falls again while it is watched.
const CLEAR: f64 = 0.5;
/// How fast the stable release's own rates are forgotten, per slice: half in about two minutes of 1 s slices.
const MEMORY: f64 = 0.994;
/// Requests that a rate estimate starts with, as if seen.
const PRIOR: f64 = 200.0;

/// One question of the two-sided kind: worse than the release beside it, *and* worse than what is tolerated.
#[derive(Clone, Debug, PartialEq)]
struct Comparison {
    beside: Exchange,
    alone: Rate,
    times: Times,
    /// The rate that alone never is a reason, and how much above the stable release's rate is none either.
    least: f64,
    ratio: f64,
    /// The stable release's bad requests and requests, fading.
    stable_bad: f64,
    stable_requests: f64,
}

/// Everything that judging needs to remember. Plain data: feeding the same slices to a new judge gives the same judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Judge {
    settings: Settings,
    errors: Comparison,
    latency: Comparison,
    limit: Rate,
    interval: Sequence,
    failed: Option<Question>,
    slices: u64,
    total: Totals,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Totals {
    requests: u64,
    errors: u64,
    slow: u64,
    stable_requests: u64,
    stable_errors: u64,
    stable_slow: u64,
}

/// One side's part of a slice as a comparison sees it.
struct Seen {
    requests: u32,
    bad_requests: u32,
    cells: u32,
    bad_cells: u32,
}

// === impl Comparison ===

impl Comparison {
    fn new(times: Times, least: f64, ratio: f64) -> Comparison {
        Comparison {
            beside: Exchange::new(),
            alone: Rate::new(times),
            times,
            least,
            ratio,
            stable_bad: PRIOR * least / ratio,
            stable_requests: PRIOR,
        }
    }

    /// What the newer release may do without being worse, from what was seen before this slice.
    fn tolerated(&self) -> f64 {
        (self.stable_bad / self.stable_requests * self.ratio).clamp(self.least, 0.5)
    }

    fn step(&mut self, canary: &Seen, stable: &Seen, burst: f64) {
        let rate = self.tolerated();
        if canary.requests > 0 {
            let bad = canary.bad_requests > 0;
            self.alone.step(canary.requests, bad, rate, burst);
            if stable.requests > 0 {
                self.beside.step(canary.cells, canary.bad_cells, stable.cells, stable.bad_cells);
            } else {
                self.beside.step_by(rate::log_mean_factor(self.times, canary.requests, bad, rate, burst));
            }
        }
        self.stable_bad = self.stable_bad * MEMORY + f64::from(stable.bad_requests);
        self.stable_requests = self.stable_requests * MEMORY + f64::from(stable.requests);
        // A stable release that gets no requests any more is remembered, not forgotten.
        if stable.requests == 0 && self.stable_requests < PRIOR {
            self.stable_bad *= PRIOR / self.stable_requests;
            self.stable_requests = PRIOR;
        }
    }

    /// Both tests must be convinced.
    fn log_value(&self) -> f64 {
        self.beside.log_value().min(self.alone.log_value())
    }
}

// === impl Judge ===

impl Judge {
    /// Before the first slice.
    pub fn new(settings: Settings) -> Judge {
        Judge {
            errors: Comparison::new(RARE, settings.tolerated_errors, settings.tolerated_ratio),
            // By definition one request in a hundred exceeds the 99th percentile.
            latency: Comparison::new(USUAL, 0.01 * settings.tolerated_slowness, settings.tolerated_slowness),
            limit: Rate::new(RARE),
            interval: Sequence::new(0.05),
            failed: None,
            slices: 0,
            total: Totals::default(),
            settings,
        }
    }

    /// The settings it judges by.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// One slice more, each once and in order.
    pub fn observe(&mut self, slice: &Slice) {
        let settings = &self.settings;
        let burst = settings.tolerated_bursts;
        let (canary, stable) = (&slice.canary, &slice.stable);
        self.errors.step(&errors_of(slice, Side::Canary), &errors_of(slice, Side::Stable), burst);
        if settings.latency && slice.slow_over_us > 0 {
            self.latency.step(&slow_of(slice, Side::Canary), &slow_of(slice, Side::Stable), burst);
        }
        if canary.requests > 0 {
            if let Some(limit) = settings.error_limit {
                self.limit.step(canary.requests, canary.errors > 0, limit, burst);
            }
            self.interval.step(f64::from(canary.errors) / f64::from(canary.requests));
            self.slices += 1;
        }
        self.total.add(canary, stable);
        if self.failed.is_none() {
            let threshold = settings.log_threshold();
            self.failed =
                self.questions().into_iter().find(|&(_, value)| value >= threshold).map(|(question, _)| question);
        }
    }

    fn questions(&self) -> [(Question, f64); 3] {
        [
            (Question::Errors, self.errors.log_value()),
            (Question::Limit, self.limit.log_value()),
            (Question::Latency, self.latency.log_value()),
        ]
    }

    /// The word now. A failed question stays failed.
    pub fn verdict(&self) -> Verdict {
        match self.failed {
            Some(question) => Verdict::Fail(question),
            None if self.total.requests == 0 => Verdict::NoData,
            // Who is under suspicion is looked at longer, not let through.
            None if self.suspicion() >= CLEAR => Verdict::NotEnough,
            None if self.smallest_seen().is_some_and(|rate| rate <= self.settings.must_see) => Verdict::Pass,
            None => Verdict::NotEnough,
        }
    }

    /// The strongest question's evidence as a share of what makes it fail, 0 to 1, on a scale of logarithms.
    fn suspicion(&self) -> f64 {
        let strongest = self.questions().into_iter().map(|(_, value)| value).fold(0.0, f64::max);
        (strongest / self.settings.log_threshold()).clamp(0.0, 1.0)
    }

    fn smallest_seen(&self) -> Option<f64> {
        let per_slice = self.total.requests as f64 / self.slices.max(1) as f64;
        smallest_rate(self.slices, per_slice, self.errors.tolerated(), &self.settings)
    }

    /// The word with its figures.
    pub fn evidence(&self) -> Evidence {
        let total = &self.total;
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        Evidence {
            verdict: self.verdict(),
            slices: self.slices,
            requests: total.requests,
            error_rate: share(total.errors, total.requests),
            error_interval: self.interval.interval(),
            slow_rate: share(total.slow, total.requests),
            stable_requests: total.stable_requests,
            stable_error_rate: share(total.stable_errors, total.stable_requests),
            stable_slow_rate: share(total.stable_slow, total.stable_requests),
            smallest_seen: self.smallest_seen(),
            suspicion: self.suspicion(),
        }
    }
}

impl Totals {
    fn add(&mut self, canary: &Tally, stable: &Tally) {
        self.requests += u64::from(canary.requests);
        self.errors += u64::from(canary.errors);
        self.slow += u64::from(canary.slow);
        self.stable_requests += u64::from(stable.requests);
        self.stable_errors += u64::from(stable.errors);
        self.stable_slow += u64::from(stable.slow);
    }
}

fn tally_of(slice: &Slice, side: Side) -> &Tally {
    match side {
        Side::Stable => &slice.stable,
        Side::Canary => &slice.canary,
    }
}

fn errors_of(slice: &Slice, side: Side) -> Seen {
    let tally = tally_of(slice, side);
    seen(slice, side, tally.errors, tally.cells_bad)
}

fn slow_of(slice: &Slice, side: Side) -> Seen {
    let tally = tally_of(slice, side);
    seen(slice, side, tally.slow, tally.cells_slow)
}

fn seen(slice: &Slice, side: Side, bad_requests: u32, bad: u64) -> Seen {
    let tally = tally_of(slice, side);
    let most = Cells::at(slice.weight).count(side);
    let cells = tally.cells_seen.count_ones().min(most);
    Seen { requests: tally.requests, bad_requests, cells, bad_cells: (bad & tally.cells_seen).count_ones().min(cells) }
}
