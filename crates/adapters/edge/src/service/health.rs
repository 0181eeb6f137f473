//! What active health checks found.

use std::sync::Arc;

use super::{Instance, Service};

impl Service {
    /// The instances of its pools, with the version that each must name.
    pub(crate) fn to_check(&self) -> Vec<(Arc<Instance>, Arc<str>)> {
        let state = self.lock();
        let of = |set: &super::Set| -> Vec<_> {
            set.members.iter().map(|instance| (instance.clone(), set.version.clone())).collect()
        };
        [of(&state.stable), of(&state.canary)].concat()
    }

    /// Takes an instance out that its checks say is not well, unless nobody else could serve.
    pub(crate) fn unwell(&self, instance: &Arc<Instance>) {
        let state = self.lock();
        if [&state.stable, &state.canary].into_iter().any(|set| set.can_spare(instance)) {
            instance.found_unwell();
        }
    }
}
