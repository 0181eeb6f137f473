//! Fault switches for drills: what can be broken on purpose, and whether it is broken now.
//!
//! The caller puts [`Faults`] beside whatever can fail: stores call [`Faults::query`], media storage calls
//! [`Faults::disk_write`]. This crate delays and refuses requests, reports the switches in health and metrics, and routes
//! `/faults`. Without a token (`FAULTS_ENABLED` unset) nothing can be switched and every question is answered at once.

mod inject;
mod routes;
mod switch;

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::config::Secret;

pub(crate) use inject::{inject, leak};
pub(crate) use routes::routes;
pub use switch::{Crash, Delay, Dependency, Errors, Leak, Loss, Name, Switches};

/// The switches of one process; clones share them.
#[derive(Clone)]
pub struct Faults(Arc<Shared>);

/// Loses a share (0–1) of the service's data and gives how many rows it was.
pub type Losing = Box<dyn Fn(f64) -> Pin<Box<dyn Future<Output = Result<u64, String>> + Send>> + Send + Sync>;

struct Shared {
    /// How this service loses data; set once, when its store is open.
    losing: OnceLock<Losing>,
    /// Faults that only this service has; set once, before it serves.
    own: OnceLock<&'static [&'static str]>,
    token: Option<Secret>,
    dependencies: Vec<&'static str>,
    /// Whether anything is switched on: what is asked with every request must cost nothing in peace.
    any: AtomicBool,
    switches: Mutex<Switches>,
    seen: AtomicU64,
}

/// A fault that a drill switched on, in the words of what it imitates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Injected {
    /// The dependency does not answer.
    #[error("{0}: connection refused (fault `dependency` is switched on)")]
    Dependency(&'static str),
    /// The disk takes no more.
    #[error("no space left on device (fault `full-disk` is switched on)")]
    FullDisk,
}

impl Faults {
    /// Switches that whoever holds `token` may set; without one nobody can. `dependencies` are the names in health.
    pub fn new(token: Option<Secret>, dependencies: Vec<&'static str>) -> Faults {
        let switches = Mutex::new(Switches::default());
        let (any, seen) = (AtomicBool::new(false), AtomicU64::new(0));
        Faults(Arc::new(Shared {
            losing: OnceLock::new(),
            own: OnceLock::new(),
            token,
            dependencies,
            any,
            switches,
            seen,
        }))
    }

    /// Says how the service loses data under the fault `data-loss`. Only the first word counts.
    pub fn on_data_loss(&self, losing: Losing) {
        if self.0.losing.set(losing).is_err() {
            tracing::debug!("it was said before how data is lost");
        }
    }

    /// Names faults that this service alone has: switches without values, asked for with [`Faults::is_on`]. Only the first
    /// word counts; a name of the kit's own stays the kit's.
    pub fn declare(&self, own: &'static [&'static str]) {
        if self.0.own.set(own).is_err() {
            tracing::debug!("the service's own faults were named before");
        }
    }

    /// Whether one of the service's own faults is switched on; counts the effect if so.
    pub fn is_on(&self, own: &str) -> bool {
        let name = self.active().and_then(|switches| switches.own.into_iter().find(|on| *on == own));
        if let Some(name) = name {
            metrics::counter!("faults_injected_total", "fault" => name).increment(1);
        }
        name.is_some()
    }

    /// The service's own fault of this name.
    fn own(&self, name: &str) -> Option<&'static str> {
        self.0.own.get()?.iter().copied().find(|own| *own == name)
    }

    /// Waits and fails as a query of `dependency` would under the faults `slow-query` and `dependency`.
    pub async fn query(&self, dependency: &'static str) -> Result<(), Injected> {
        let Some(switches) = self.active() else { return Ok(()) };
        if switches.dependency.is_some_and(|failed| failed.name == dependency) {
            count(Name::Dependency);
            return Err(Injected::Dependency(dependency));
        }
        if let Some(slow) = switches.slow_query {
            count(Name::SlowQuery);
            tokio::time::sleep(Duration::from_millis(slow.delay_ms)).await;
        }
        Ok(())
    }

    /// Fails as a write to the disk would under the fault `full-disk`.
    pub fn disk_write(&self) -> Result<(), Injected> {
        match self.active() {
            Some(switches) if switches.full_disk => {
                count(Name::FullDisk);
                Err(Injected::FullDisk)
            }
            _ => Ok(()),
        }
    }

    /// The names of what is switched on.
    pub fn names(&self) -> Vec<&'static str> {
        self.active().map_or_else(Vec::new, |switches| switches.names())
    }

    /// Whether `dependency` is to be reported as down.
    pub(crate) fn holds_down(&self, dependency: &str) -> Option<String> {
        let switches = self.active()?;
        if switches.dependency.is_some_and(|failed| failed.name == dependency) {
            return Some("connection refused".to_owned());
        }
        (dependency == "storage" && switches.full_disk).then(|| "only 0 % of the disk is free".to_owned())
    }

    fn active(&self) -> Option<Switches> {
        self.0.any.load(Ordering::Acquire).then(|| self.now())
    }

    fn now(&self) -> Switches {
        self.0.switches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Switches)) {
        let mut switches = self.0.switches.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut switches);
        self.0.any.store(!switches.names().is_empty(), Ordering::Release);
        for name in Name::ALL {
            let value = if switches.names().contains(&name.as_str()) { 1.0 } else { 0.0 };
            metrics::gauge!("fault_active", "fault" => name.as_str()).set(value);
        }
        for name in self.0.own.get().copied().unwrap_or_default() {
            metrics::gauge!("fault_active", "fault" => *name).set(if switches.own.contains(name) { 1.0 } else { 0.0 });
        }
    }

    /// Every `1 / share`th call says yes: the same share as by chance, and a drill that can be repeated.
    fn hits(&self, share: f64) -> bool {
        let number = self.0.seen.fetch_add(1, Ordering::Relaxed) as f64;
        ((number + 1.0) * share).floor() > (number * share).floor()
    }
}

/// Counts one effect of a switch.
fn count(name: Name) {
    metrics::counter!("faults_injected_total", "fault" => name.as_str()).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_switch_nothing_fails() {
        let faults = Faults::new(None, vec!["database"]);
        assert_eq!((faults.query("database").await, faults.disk_write(), faults.names()), (Ok(()), Ok(()), vec![]));
    }

    #[tokio::test]
    async fn a_failed_dependency_fails_alone() {
        let faults = Faults::new(None, vec!["database", "storage"]);
        faults.change(|switches| switches.dependency = Some(Dependency { name: "database".to_owned() }));
        assert_eq!(faults.query("database").await, Err(Injected::Dependency("database")));
        assert_eq!(faults.query("storage").await, Ok(()));
        assert!(faults.holds_down("database").is_some() && faults.holds_down("storage").is_none());
    }

    #[test]
    fn a_services_own_faults_are_switched_by_name() {
        let faults = Faults::new(None, vec![]);
        faults.declare(&["missing-asset", "broken-auth"]);
        assert!(!faults.is_on("missing-asset") && faults.own("gremlins").is_none());
        faults.change(|switches| switches.own.extend(faults.own("missing-asset")));
        assert!(faults.is_on("missing-asset") && !faults.is_on("broken-auth"));
        assert_eq!(faults.names(), ["missing-asset"]);
    }

    #[test]
    fn a_share_is_met_exactly() {
        let faults = Faults::new(None, vec![]);
        assert_eq!((0..1000).filter(|_| faults.hits(0.25)).count(), 250);
        assert_eq!((0..10).filter(|_| faults.hits(1.0)).count(), 10);
        assert_eq!((0..10).filter(|_| faults.hits(0.0)).count(), 0);
    }
}
