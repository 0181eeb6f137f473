//! Precision, recall and F1.

/// Counts of one measure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Found and labelled.
    pub hits: usize,
    /// Found, not labelled.
    pub extra: usize,
    /// Labelled, not found.
    pub missed: usize,
}

impl Score {
    /// Of what was found, the share that is labelled.
    pub fn precision(&self) -> f64 {
        ratio(self.hits, self.hits + self.extra)
    }

    /// Of what is labelled, the share that was found.
    pub fn recall(&self) -> f64 {
        ratio(self.hits, self.hits + self.missed)
    }

    /// Their harmonic mean.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.hits, 2 * self.hits + self.extra + self.missed)
    }

    /// Counts one case.
    pub fn count(&mut self, found: bool, labelled: bool) {
        match (found, labelled) {
            (true, true) => self.hits += 1,
            (true, false) => self.extra += 1,
            (false, true) => self.missed += 1,
            (false, false) => {}
        }
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Score) {
        self.hits += other.hits;
        self.extra += other.extra;
        self.missed += other.missed;
    }

    /// As JSON.
    pub fn to_json(self) -> serde_json::Value {
        serde_json::json!({ "precision": self.precision(), "recall": self.recall(), "f1": self.f1(), "hits": self.hits, "extra": self.extra, "missed": self.missed })
    }
}

/// A share; of nothing it is whole.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}
