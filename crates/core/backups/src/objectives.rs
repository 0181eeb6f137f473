//! What was promised of restores, and what was measured: how much may be lost (RPO), how long it may take (RTO).

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

/// What was promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// Recovery point objective: so much may be lost at most.
    pub rpo: Option<Duration>,
    /// Recovery time objective: so long may a restore take at most.
    pub rto: Option<Duration>,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// From the restored state to the moment of the restore: what would have been lost.
    pub rpo: Duration,
    /// From the first byte read to the last query answered.
    pub rto: Duration,
}

impl Objectives {
    /// What was promised and not kept, in words.
    pub fn missed(&self, measured: &Measured) -> Vec<String> {
        let mut missed = Vec::new();
        if let Some(rpo) = self.rpo.filter(|rpo| measured.rpo > *rpo) {
            missed.push(format!("{} would have been lost, promised are at most {rpo} (RPO)", coarse(measured.rpo)));
        }
        if let Some(rto) = self.rto.filter(|rto| measured.rto > *rto) {
            missed.push(format!("the restore took {}, promised are at most {rto} (RTO)", coarse(measured.rto)));
        }
        missed
    }
}

/// Without what nobody reads: seconds where there are minutes, milliseconds where there are seconds.
fn coarse(span: Duration) -> Duration {
    let unit = match span.as_millis() {
        0..10_000 => 1,
        10_000..3_600_000 => 1_000,
        _ => 60_000,
    };
    Duration::from_millis(span.as_millis() / unit * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_held_against_measures() {
        let measured = Measured { rpo: Duration::from_hours(26), rto: Duration::from_millis(75_250) };
        let check = |rpo, rto, expected: &[&str]| assert_eq!(Objectives { rpo, rto }.missed(&measured), expected);
        check(None, None, &[]);
        check(Some(Duration::from_hours(26)), Some(Duration::from_mins(2)), &[]);
        check(
            Some(Duration::from_hours(24)),
            Some(Duration::from_mins(1)),
            &[
                "1d2h would have been lost, promised are at most 1d (RPO)",
                "the restore took 1m15s, promised are at most 1m (RTO)",
            ],
        );
    }
}
