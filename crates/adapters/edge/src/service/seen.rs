//! What the control plane is told of a service.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use callsheet_rollout::{Routing, TrafficSeen};

use super::metrics::BOUNDS_US;
use super::{Instance, Service, Set, State, slices};
use crate::control::ServiceSeen;

impl Service {
    /// What is seen of it, with the slices that closed after number `after`.
    pub(crate) fn seen(&self, after: u64) -> TrafficSeen {
        let mut state = self.lock();
        state.look_at_lease(Instant::now());
        let weight = state.cells.weight();
        let state = &mut *state;
        state.slices.roll(slices::now(), weight, &state.stable.latency);
        state.forget_the_gone();
        TrafficSeen {
            weight,
            held: state.held,
            in_flight: state.in_flight(),
            ejected: state.pooled().filter(|one| one.is_ejected()).map(|one| one.member.id.clone()).collect(),
            lease_expired: state.lease_expired,
            slices: state.slices.after(after),
        }
    }

    /// The same for people, without slices.
    pub(crate) fn summary(&self) -> ServiceSeen {
        let seen = self.seen(u64::MAX);
        ServiceSeen {
            routing: self.routing(),
            in_flight: seen.in_flight,
            ejected: seen.ejected.into_iter().map(|id| id.0).collect(),
            lease_expired: seen.lease_expired,
        }
    }

    /// As applied last.
    pub(crate) fn routing(&self) -> Option<Routing> {
        self.lock().routing.clone()
    }

    /// Its instances, also those of no pool any more that still have requests.
    pub(crate) fn instances(&self) -> Vec<Arc<Instance>> {
        let state = self.lock();
        state.pooled().chain(&state.leaving).cloned().collect()
    }

    /// Its lines among the metrics, as samples by metric.
    pub(crate) fn samples(&self, samples: &mut Samples) {
        let state = self.lock();
        for set in [&state.stable, &state.canary] {
            if set.version.is_empty() {
                continue;
            }
            set.samples(&self.name, samples);
        }
        for instance in state.pooled().chain(&state.leaving) {
            let labels = format!("service=\"{}\",instance=\"{}\"", quoted(&self.name), quoted(&instance.member.id.0));
            samples.add(IN_FLIGHT, &labels, instance.in_flight.load(Ordering::Relaxed));
            samples.add(EJECTED, &labels, u64::from(instance.is_ejected()));
        }
        let labels = format!("service=\"{}\"", quoted(&self.name));
        samples.add(WEIGHT, &labels, f64::from(state.cells.weight().basis_points()) / 10_000.0);
        samples.add(WAITING, &labels, state.waiting);
    }
}

const REQUESTS: &str = "callsheet_edge_requests_total";
const BROKEN: &str = "callsheet_edge_answers_broken_total";
const SECONDS: &str = "callsheet_edge_request_duration_seconds";
const IN_FLIGHT: &str = "callsheet_edge_in_flight";
const EJECTED: &str = "callsheet_edge_ejected";
const WEIGHT: &str = "callsheet_edge_canary_weight";
const WAITING: &str = "callsheet_edge_waiting";
const P99: &str = "callsheet_edge_recent_p99_seconds";

/// Samples, grouped by metric as the exposition format wants them.
#[derive(Debug, Default)]
pub(crate) struct Samples(BTreeMap<&'static str, String>);

impl Samples {
    /// One of `name`.
    pub(crate) fn add(&mut self, name: &'static str, labels: &str, value: impl std::fmt::Display) {
        self.line(name, "", labels, value);
    }

    fn line(&mut self, name: &'static str, suffix: &str, labels: &str, value: impl std::fmt::Display) {
        let lines = self.0.entry(name).or_default();
        let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        writeln!(lines, "{name}{suffix}{braces} {value}").expect("a string takes everything");
    }

    /// The page.
    pub(crate) fn page(self) -> String {
        let mut page = String::new();
        for (name, lines) in self.0 {
            let kind = match name {
                SECONDS => "histogram",
                _ if name.ends_with("_total") => "counter",
                _ => "gauge",
            };
            page.push_str(&format!("# TYPE {name} {kind}\n{lines}"));
        }
        page
    }
}

impl Set {
    fn samples(&self, service: &str, samples: &mut Samples) {
        let labels = format!("service=\"{}\",version=\"{}\"", quoted(service), quoted(&self.version));
        let classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];
        for (class, count) in classes.into_iter().zip(self.totals.by_class) {
            samples.add(REQUESTS, &format!("{labels},status=\"{class}\""), count);
        }
        samples.add(BROKEN, &labels, self.totals.broken);
        samples.add(P99, &labels, self.latency.p99_us() as f64 / 1e6);
        let mut below = 0;
        for (bound, count) in BOUNDS_US.into_iter().zip(self.totals.buckets) {
            below += count;
            samples.line(SECONDS, "_bucket", &format!("{labels},le=\"{}\"", bound as f64 / 1e6), below);
        }
        samples.line(SECONDS, "_bucket", &format!("{labels},le=\"+Inf\""), self.totals.count());
        samples.line(SECONDS, "_sum", &labels, self.totals.sum_us as f64 / 1e6);
        samples.line(SECONDS, "_count", &labels, self.totals.count());
    }
}

/// A label's value.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

impl State {
    fn pooled(&self) -> impl Iterator<Item = &Arc<Instance>> {
        self.stable.members.iter().chain(&self.canary.members)
    }

    fn in_flight(&self) -> BTreeMap<String, u64> {
        let count = |instance: &Arc<Instance>| instance.in_flight.load(Ordering::Relaxed);
        // A name may come back at another address while requests are still at the old one.
        let mut counts = BTreeMap::new();
        for instance in self.pooled().chain(&self.leaving) {
            *counts.entry(instance.member.id.0.clone()).or_default() += count(instance);
        }
        counts
    }

    fn forget_the_gone(&mut self) {
        self.leaving.retain(|instance| instance.in_flight.load(Ordering::Relaxed) > 0);
    }
}
