//! The smallest change that the evidence so far would have shown.

use super::{Settings, rate};

/// The smallest error rate whose evidence, on average, would have reached the threshold within `slices` of `requests` each; `None` if
/// even a release that always fails would not have.
pub fn smallest_rate(slices: u64, requests_per_slice: f64, tolerated: f64, settings: &Settings) -> Option<f64> {
    if slices == 0 || requests_per_slice <= 0.0 {
        return None;
    }
    // The mixture spreads its stake over starting points and alternatives: what that costs at this length.
    let spread = (((slices / 10 + 1) * (slices / 10 + 2)) as f64).ln() + 5_f64.ln();
    let needed = (settings.log_threshold() + spread) / slices as f64;
    let shows = |actual: f64| rate::growth(requests_per_slice, actual, tolerated, settings.tolerated_bursts) >= needed;
    if !shows(1.0) {
        return None;
    }
    let (mut low, mut high) = (tolerated, 1.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if shows(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_evidence_shows_less() {
        let settings = Settings::default();
        let of = |slices| smallest_rate(slices, 10.0, 0.002, &settings);
        assert_eq!(of(0), None);
        assert_eq!(of(2), None);
        let (ten, minute, hour) = (of(10).unwrap(), of(60).unwrap(), of(3600).unwrap());
        assert!(ten > minute && minute > hour && hour > 0.002, "{ten} {minute} {hour}");
        assert!(minute < 0.05, "{minute}");
    }
}
