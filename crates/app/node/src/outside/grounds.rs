//! This machine as a place for releases: instances are processes or containers, and the environment's edge carries their requests.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use callsheet_base::Secret;
use callsheet_databases::migrate::Schema;
use callsheet_driver_docker::{DockerDriver, Settings};
use callsheet_plan::{DeployOrder, SchemaOrder};
use callsheet_releases::FoundImage;
use callsheet_rollout::{Condition, Driver, Routing, TrafficControl};

use super::addresses;
use super::drivers::{self, Drivers};
use super::edges::Edges;
use super::watching::Watching;
use super::{backups, schemas};
use crate::conductor::{Addresses, Backup, Grounds, Watch, words};

/// This machine.
#[derive(Debug)]
pub struct LocalGrounds {
    state: PathBuf,
    /// Callsheet itself: also its instances' supervisor, and the edge.
    program: PathBuf,
    edges: Edges,
}

impl LocalGrounds {
    /// With instances and edges in the state folder `state`; `program` is Callsheet itself.
    pub fn new(state: &Path, program: &Path) -> LocalGrounds {
        LocalGrounds { state: state.to_owned(), program: program.to_owned(), edges: Edges::new(state, program) }
    }

    /// Where instances are kept.
    pub fn instances(state: &Path) -> PathBuf {
        drivers::instances(state)
    }
}

impl Grounds for LocalGrounds {
    fn driver(&self, order: &DeployOrder, environment: &str) -> Result<Box<dyn Driver>, String> {
        let of = (order.service.as_str(), environment);
        let drivers = Drivers::of(&self.state, &self.program, of, order.spec.containers.as_ref())?;
        Ok(Box::new(drivers))
    }

    fn steady(&self) -> Duration {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGINNING.elapsed()
    }

    fn routed(&self, service: &str, environment: &str) -> Option<Routing> {
        let mut status = self.edges.client(environment).ok()?.status().ok()?;
        status.services.remove(service)?.routing
    }

    fn image(&self, order: &DeployOrder, reference: &str) -> Result<FoundImage, String> {
        let Some(containers) = &order.spec.containers else {
            return Err(format!("`{}` runs as processes, not from images", order.service));
        };
        drivers::engine_answers(containers, &order.service).map_err(|trouble| trouble.to_string())?;
        let settings = Settings { socket: containers.socket.clone(), ..Settings::local() };
        let found = DockerDriver::new(settings).map_err(words)?.image_of(reference);
        let found =
            found.map_err(|error| format!("{error}; build or push it, or see `image` at {}", containers.place))?;
        Ok(FoundImage { name: found.name, digest: found.digest, bytes: found.bytes })
    }

    fn traffic(
        &self,
        order: &DeployOrder,
        environment: &str,
        directory: &Path,
    ) -> Result<Box<dyn TrafficControl>, String> {
        let edge = self.edges.serving(&order.service, environment, &order.spec, directory)?;
        Ok(Box::new(edge))
    }

    fn schema(&self, order: &SchemaOrder, address: &Secret<String>, directory: &Path) -> Result<Schema, String> {
        schemas::read(order, address, directory)
    }

    fn backups(&self, order: &SchemaOrder, environment: &str, directory: &Path) -> Result<Vec<Backup>, String> {
        backups::Place { program: &self.program, state: &self.state, environment, directory }.backups(order)
    }

    fn watch(&self, conditions: Vec<(Condition, Result<Secret<String>, String>)>) -> Box<dyn Watch> {
        Box::new(Watching::start(conditions))
    }

    fn addresses(&self, order: &DeployOrder, environment: &str) -> Result<Addresses, String> {
        let status = self.edges.client(environment)?.status().map_err(words)?;
        addresses::seen(&status, &order.service, environment, &order.spec.edge)
    }
}
