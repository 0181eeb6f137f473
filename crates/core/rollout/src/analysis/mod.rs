//! Whether a newer release is worse than the one beside it, judged slice by slice, at any moment, with a bounded chance of a false alarm.
//!
//! The unit of evidence is not the request but the *cell in a slice*: an equal share of the sessions in one second. A burst that fails
//! every request of a release for a second is one piece of evidence, not a hundred. Three questions are asked at once, and the chance of
//! a false alarm is split over them:
//!
//! | question | fails when | its null hypothesis |
//! | --- | --- | --- |
//! | errors | the newer release sees more errors | cells are alike ([`exchange`]), *or* its error rate is within what is tolerated, bursts aside ([`rate`]) |
//! | latency | more of its requests exceed the other's 99th percentile | the same two, for slow requests |
//! | limit | the runbook's own error limit is exceeded | the error rate is within the limit, bursts aside ([`rate`]) |
//!
//! For errors and latency both tests must be convinced: outages that both releases share convince only the second, and bursts that hit
//! one release alone, but no more often than tolerated, convince only the first.
//!
//! Each test is a non-negative martingale under its null, so by Ville's inequality it ever exceeds 1/α with a chance of at most α: one may
//! look after every slice and stop at once. See Lindon, Sanden, Shirikian, "Rapid Regression Detection in Software Deployments through
//! Sequential Testing" (KDD 2022); Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences"
//! (Annals of Statistics 49, 2021).

pub mod detectable;
pub mod exchange;
pub mod interval;
mod judge;
mod mixture;
pub mod rate;
mod settings;
mod verdict;

pub use judge::Judge;
pub use settings::{Settings, SettingsFault};
pub use verdict::{Evidence, Question, Verdict};
