//! What active health checks found.

use std::sync::Arc;

use callsheet_rollout::{Pool, ReadyCheck};

use super::{Instance, Service};

impl Service {
    /// The instances of its pools, with the version that each must name and how it is asked, if its pool says so.
    pub(crate) fn to_check(&self) -> Vec<(Arc<Instance>, Arc<str>, Option<ReadyCheck>)> {
        let state = self.lock();
        let of = |set: &super::Set, pool: Option<&Pool>| -> Vec<_> {
            let check = pool.and_then(|pool| pool.check.as_ref());
            set.members.iter().map(|instance| (instance.clone(), set.version.clone(), check.cloned())).collect()
        };
        let routing = state.routing.as_ref();
        let stable = of(&state.stable, routing.map(|routing| &routing.stable));
        [stable, of(&state.canary, routing.and_then(|routing| routing.canary.as_ref()))].concat()
    }

    /// Takes an instance out that its checks say is not well, unless nobody else could serve.
    pub(crate) fn unwell(&self, instance: &Arc<Instance>) {
        let state = self.lock();
        if [&state.stable, &state.canary].into_iter().any(|set| set.can_spare(instance)) {
            instance.found_unwell();
        }
    }
}
