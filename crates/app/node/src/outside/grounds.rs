//! This machine as a place for releases: instances are processes, and the environment's edge carries their requests.

use std::path::{Path, PathBuf};

use callsheet_driver_process::ProcessDriver;
use callsheet_plan::DeployOrder;
use callsheet_rollout::{Driver, TrafficControl};

use super::edges::Edges;
use crate::conductor::{Grounds, words};

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
        state.join("instances")
    }
}

impl Grounds for LocalGrounds {
    fn driver(&self) -> Result<Box<dyn Driver>, String> {
        let folder = LocalGrounds::instances(&self.state);
        let driver = ProcessDriver::new(&folder, self.program.clone()).map_err(words)?;
        Ok(Box::new(driver))
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
}
