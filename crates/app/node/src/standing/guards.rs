//! What must be so before instances are taken away or added, as arithmetic.

use callsheet_traffic::Slice;

/// What users ask of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// The busiest second of those looked at, requests.
    pub busiest: u64,
    /// How many seconds were looked at.
    pub seconds: usize,
}

impl Load {
    /// Of closed slices.
    pub fn of(slices: &[Slice]) -> Load {
        let rate = |slice: &Slice| {
            let requests = u64::from(slice.stable.requests) + u64::from(slice.canary.requests);
            requests * 1000 / u64::from(slice.width_ms.max(1))
        };
        Load { busiest: slices.iter().map(rate).max().unwrap_or(0), seconds: slices.len() }
    }
}

/// Why `to` instances are too few, in words; `None` if they are enough as far as is known. `capacity` is what one instance carries, requests
/// a second.
pub fn refuse_too_few(to: u16, capacity: Option<u64>, load: Load) -> Option<String> {
    if to == 0 {
        let Load { busiest, seconds } = load;
        let said = format!("none would serve, and in the last {seconds} s up to {busiest} requests a second came");
        return (busiest > 0).then_some(said);
    }
    let capacity = capacity?;
    let carried = capacity * u64::from(to);
    (load.busiest > carried).then(|| {
        let needed = load.busiest.div_ceil(capacity.max(1));
        format!(
            "{to} carry {carried} requests a second, and in the last {} s up to {} came: {needed} are needed",
            load.seconds, load.busiest
        )
    })
}

/// Why this machine has no room for `count` more instances that take `each` bytes, in words.
pub fn memory_for(count: u64, each: u64, available: u64) -> Option<String> {
    let wanted = count.saturating_mul(each);
    let mebibytes = |bytes: u64| bytes >> 20;
    (wanted > available).then(|| {
        format!(
            "{count} more take about {} MiB each, and this machine has {} MiB left",
            mebibytes(each),
            mebibytes(available)
        )
    })
}

#[cfg(test)]
mod tests {
    use callsheet_traffic::Weight;

    use super::*;

    fn second(index: u64, requests: u32) -> Slice {
        let mut slice = Slice::empty(index, 1000, Weight::NONE, 0);
        slice.stable.requests = requests;
        slice
    }

    #[test]
    fn fewer_than_the_traffic_needs_are_refused() {
        let load = Load::of(&[second(1, 40), second(2, 95), second(3, 10)]);
        assert_eq!(load, Load { busiest: 95, seconds: 3 });
        assert_eq!(refuse_too_few(2, Some(50), load), None);
        let refused = refuse_too_few(1, Some(50), load).unwrap();
        assert_eq!(refused, "1 carry 50 requests a second, and in the last 3 s up to 95 came: 2 are needed");
        assert_eq!(refuse_too_few(1, None, load), None, "nobody said what one carries");
        let refused = refuse_too_few(0, None, load).unwrap();
        assert_eq!(refused, "none would serve, and in the last 3 s up to 95 requests a second came");
        assert_eq!(refuse_too_few(0, Some(50), Load { busiest: 0, seconds: 300 }), None);
    }

    #[test]
    fn more_than_the_machine_holds_are_refused() {
        assert_eq!(memory_for(2, 100 << 20, 200 << 20), None);
        let refused = memory_for(3, 100 << 20, 200 << 20).unwrap();
        assert_eq!(refused, "3 more take about 100 MiB each, and this machine has 200 MiB left");
    }
}
