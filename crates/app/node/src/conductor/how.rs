//! How instances of a release are made, and how the edge serves it: the release that comes, as its order says; one that ran before, as it ran.

use std::time::Duration;

use callsheet_plan::{DeployOrder, Goal};
use callsheet_rollout::{Phase, ReadyCheck, Release, Rollout, TrafficControl};

use super::{Conductor, words};
use crate::standing::HowItRuns;

/// Between two attempts to give the edge the older release's settings: users are moved back meanwhile.
const EDGE_AGAIN: Duration = Duration::from_secs(5);

impl Conductor {
    /// Of one of the two releases: the one that comes, or one that runs. What is nowhere kept runs as the order says.
    pub(super) fn how(&mut self, release: &Release, comes: bool) -> Result<HowItRuns, String> {
        let known = self.hows.iter().find(|(known, of, _)| (known, *of) == (release, comes));
        if let Some((_, _, how)) = known {
            return Ok(how.clone());
        }
        let order = &self.site.order;
        let ordered = HowItRuns { spec: order.spec.clone(), directory: self.site.directory.clone() };
        let back = matches!(order.goal, Goal::Back { .. });
        let how = if comes && !back {
            ordered
        } else {
            let kept = self.store.how::<HowItRuns>(&order.service, &self.site.environment, release).map_err(words)?;
            let mut how = kept.unwrap_or_else(|| ordered.clone());
            if comes {
                // It is gone back to under the load of today.
                how.spec.instances = how.spec.instances.max(ordered.spec.instances);
            }
            how
        };
        self.hows.push((release.clone(), comes, how.clone()));
        Ok(how)
    }

    /// Keeps how a release that runs already was ordered anew. In words, to follow what is said of it: whether its instances are otherwise.
    pub(super) fn keep_how(&mut self, release: &Release) -> Result<String, String> {
        let (service, environment) = (self.site.order.service.clone(), self.site.environment.clone());
        let ordered = self.how(release, true)?;
        let kept = self.store.how::<HowItRuns>(&service, &environment, release).map_err(words)?;
        self.store.keep_how(&service, &environment, release, &ordered).map_err(words)?;
        let alike = kept.is_none_or(|kept| kept.makes_like(&ordered));
        Ok(if alike {
            String::new()
        } else {
            format!(
                "; its instances keep the configuration that they were started with until `callsheet restart --service {service} \
                 --environment {environment} --renew` replaces them"
            )
        })
    }

    /// How the edge asks a release's instances whether they are well. Unknown, they are asked as the service's are.
    pub(super) fn check(&mut self, release: &Release, comes: bool) -> Option<ReadyCheck> {
        self.how(release, comes).ok().map(|how| how.spec.ready)
    }

    /// The edge as the release has it that is to serve in the end: turned back, the older one gets back what was told otherwise for the newer
    /// one. One that died is started again; it remembers what it was told.
    pub(super) fn find_edge(&mut self, rollout: &Rollout) -> Result<(), String> {
        let plan = rollout.plan();
        let going_back = matches!(rollout.phase(), Phase::Restoring { .. } | Phase::Clearing { .. });
        let older = plan.from.as_ref().filter(|_| going_back);
        if self.traffic.is_some() && self.edge_is_older == older.is_some() {
            return Ok(());
        }
        let now = self.grounds.steady();
        if self.traffic.is_some() && self.edge_failed.is_some_and(|failed| now.saturating_sub(failed) < EDGE_AGAIN) {
            return Ok(());
        }
        let older_serves = older.is_some();
        match (self.open_edge(older.unwrap_or(&plan.to), older.is_none()), self.traffic.is_some()) {
            (Ok(edge), _) => {
                self.edge_is_older = older_serves;
                self.edge_failed = None;
                self.traffic = Some(edge);
                self.applied = None;
                Ok(())
            }
            // Users are brought back all the same; it is tried again later.
            (Err(why), true) => {
                self.edge_failed = Some(now);
                tracing::warn!(service = plan.service, why, "the edge is not as the older release had it");
                Ok(())
            }
            (Err(why), false) => Err(why),
        }
    }

    pub(super) fn open_edge(&mut self, release: &Release, comes: bool) -> Result<Box<dyn TrafficControl>, String> {
        let HowItRuns { spec, directory } = self.how(release, comes)?;
        let order = &self.site.order;
        let order = DeployOrder::bare(&order.service, order.goal.clone(), spec);
        self.grounds.traffic(&order, &self.site.environment, &directory)
    }
}
