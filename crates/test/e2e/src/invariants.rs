//! What must hold at the end of every story, whatever was killed and when.

use std::collections::BTreeMap;

use crate::Broken;
use crate::desk::Desk;

/// What a story promises of its steps. A step `x` writes `x begin` and, after its work, `x end`.
#[derive(Clone, Debug, Default)]
pub struct Promise {
    /// The steps in their order.
    pub steps: Vec<String>,
    /// How often each was told to run again by a person or by its kind.
    pub again: BTreeMap<String, usize>,
}

/// How often each line stands in the ledger.
pub fn ledger_counts(desk: &Desk) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in desk.ledger() {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

impl Promise {
    /// No step has begun more often than it was told to; checked at any time.
    pub fn nothing_twice(&self, desk: &Desk) -> Result<(), Broken> {
        let counts = ledger_counts(desk);
        for step in &self.steps {
            let begun = counts.get(&format!("{step} begin")).copied().unwrap_or(0);
            let allowed = 1 + self.again.get(step).copied().unwrap_or(0);
            if begun > allowed {
                return Err(format!("`{step}` began {begun} times, {allowed} were allowed: {:?}", desk.ledger()));
            }
        }
        Ok(())
    }

    /// The run is done: every step has its effect in the world, none twice, in order, and the journal's chain is whole.
    pub fn kept(&self, desk: &Desk, run: &str) -> Result<(), Broken> {
        self.nothing_twice(desk)?;
        let counts = ledger_counts(desk);
        if let Some(lost) = self.steps.iter().find(|step| !counts.contains_key(&format!("{step} begin"))) {
            return Err(format!("`{lost}` counts as done but never began: {:?}", desk.ledger()));
        }
        let ledger = desk.ledger();
        let firsts: Vec<_> =
            self.steps.iter().map(|step| ledger.iter().position(|line| *line == format!("{step} begin"))).collect();
        if !firsts.is_sorted() {
            return Err(format!("steps began out of order: {ledger:?}"));
        }
        let verified = desk.callsheet(&["verify", run]);
        if verified.code != Some(0) {
            return Err(format!("the chain is broken: {verified}"));
        }
        Ok(())
    }
}
