//! What is seen of all containers, and what is done about what is seen: a crash loop is given up, an end that nobody pursues is pursued.

use bollard::models::{ContainerStateStatusEnum, ContainerUpdateBody};
use bollard::query_parameters::StopContainerOptions;
use callsheet_base::{Duration, Timestamp};
use callsheet_rollout::{DriverError, InstanceSeen, InstanceState};

use crate::container::Container;
use crate::create::restarting;
use crate::driver::DockerDriver;
use crate::ends::{End, ends};
use crate::engine::{failed, is_missing};
use crate::ready::check;

/// A container that was made and not started within this time belongs to a caller that died in between.
const LONGEST_START: Duration = Duration::from_secs(30);

impl DockerDriver {
    /// All instances, not sorted.
    pub(crate) fn look(&mut self) -> Result<Vec<InstanceSeen>, DriverError> {
        let mut running = Vec::new();
        for container in self.containers(None)? {
            if let Some(container) = self.put_in_order(container)? {
                let ends = self.ends_of(&container)?;
                running.push((container, ends));
            }
        }
        let looks = std::thread::scope(|scope| {
            let looks: Vec<_> =
                running.iter().map(|(container, ends)| scope.spawn(move || seen(container, ends))).collect();
            looks.into_iter().map(|look| look.join()).collect::<Vec<_>>()
        });
        // A look does not panic; should it, the instance must not vanish silently.
        looks.into_iter().map(|look| look.map_err(|_| lost())).collect()
    }

    /// `None` for one that is not to be listed.
    fn put_in_order(&mut self, container: Container) -> Result<Option<Container>, DriverError> {
        if container.ended {
            if container.is_running() || container.status() == ContainerStateStatusEnum::RESTARTING {
                self.pursue(&container);
                return Ok(Some(container));
            }
            self.forget_secrets(&container.spec.id)?;
            return Ok(None);
        }
        if container.status() == ContainerStateStatusEnum::CREATED {
            let age = container.created.map(|created| Duration::between(created, Timestamp::now()));
            if age.is_some_and(|age| age > LONGEST_START) {
                self.remove(&container.id)?;
                self.forget_secrets(&container.spec.id)?;
            }
            return Ok(None);
        }
        Ok(Some(container))
    }

    /// The ends by itself, oldest first, of one that was started again. Gives it up if there were too many.
    fn ends_of(&self, container: &Container) -> Result<Vec<End>, DriverError> {
        if container.restarts == 0 || container.ended {
            return Ok(Vec::new());
        }
        let failed = |error| failed(format!("read the ends of instance {}", container.spec.id.0), error);
        let docker = &self.engine.docker;
        let since = container.created.unwrap_or_default();
        let ends = self.engine.wait(ends(docker, &container.id, &container.spec, since)).map_err(failed)?;
        let policy = &container.spec.restart;
        let now = Timestamp::now();
        let recent = ends.iter().filter(|end| Duration::between(end.at, now) < policy.within).count() as u32;
        // Ends that were wanted (a restart) set Docker's count to zero and do not count.
        let counted = recent.min(container.restarts + 1);
        if container.starts_again && counted >= policy.ends {
            let body = ContainerUpdateBody { restart_policy: Some(restarting(false)), ..Default::default() };
            let given_up = self.engine.wait(async {
                docker.update_container(&container.id, body).await?;
                if container.status() == ContainerStateStatusEnum::RESTARTING {
                    // Else it would be started once more.
                    let at_once = StopContainerOptions { t: Some(0), signal: None };
                    docker.stop_container(&container.id, Some(at_once)).await?;
                }
                Ok(())
            });
            match given_up {
                Err(error) if !is_missing(&error) => return Err(failed(error)),
                _ => {}
            }
        }
        Ok(ends)
    }
}

fn seen(container: &Container, ends: &[End]) -> InstanceSeen {
    let (state, not_ready) = state(container, ends);
    let running = container.is_running();
    InstanceSeen {
        id: container.spec.id.clone(),
        service: container.spec.service.clone(),
        environment: container.spec.environment.clone(),
        release: container.spec.release.clone(),
        address: container.address.filter(|_| running),
        pid: container.pid().filter(|_| running),
        last_end: if running { last_words(container, ends) } else { Some(container.end()) },
        state,
        since: container.since(),
        restarts: container.restarts,
        not_ready,
        notes: Vec::new(),
    }
}

fn last_words(container: &Container, ends: &[End]) -> Option<String> {
    let unknown = || "an end that Docker forgot".to_owned();
    (container.restarts > 0).then(|| ends.last().map_or_else(unknown, |end| end.words.clone()))
}

fn state(container: &Container, ends: &[End]) -> (InstanceState, Option<String>) {
    if container.ended {
        return (InstanceState::Ending, None);
    }
    match container.status() {
        ContainerStateStatusEnum::RUNNING => match container.address {
            Some(address) => match check(address, &container.spec) {
                Ok(()) => (InstanceState::Ready, None),
                Err(words) => (InstanceState::Starting, Some(words)),
            },
            None => (InstanceState::Starting, Some("it has no address yet".into())),
        },
        ContainerStateStatusEnum::PAUSED => (InstanceState::Starting, Some("somebody paused its container".into())),
        ContainerStateStatusEnum::RESTARTING => (InstanceState::BackingOff, None),
        _ if container.starts_again && !ends.is_empty() => (InstanceState::BackingOff, None),
        // Given up by us, or stopped by somebody else: either way Docker does not start it again.
        _ => (InstanceState::CrashLooping { last: container.end() }, None),
    }
}

fn lost() -> DriverError {
    DriverError::Failed { operation: "look at an instance".into(), source: "the look broke off".into() }
}
