//! Where releases are brought out: who runs instances, and who moves traffic.

use std::path::Path;
use std::time::Duration;

use callsheet_base::{Secret, Timestamp};
use callsheet_databases::migrate::Schema;
use callsheet_plan::{DeployOrder, SchemaOrder};
use callsheet_releases::FoundImage;
use callsheet_rollout::{Condition, Driver, Routing, TrafficControl};

use super::Watch;

/// Opens drivers and edges. Each call may block for some seconds.
pub trait Grounds: Send + Sync + std::fmt::Debug {
    /// Runs the instances of the order's service in an environment. `Err`: why nobody does, in words.
    fn driver(&self, order: &DeployOrder, environment: &str) -> Result<Box<dyn Driver>, String>;

    /// How long it is since a moment that stays the same while this process lives, whatever is done to the machine's clock.
    fn steady(&self) -> Duration;

    /// What the environment's edge was told last of a service; `None`: it does not answer, or knows nothing of the service. Changes nothing.
    fn routed(&self, service: &str, environment: &str) -> Option<Routing>;

    /// The image that `reference` names now, for a service that runs in containers. `Err`: why there is none, in words.
    fn image(&self, order: &DeployOrder, reference: &str) -> Result<FoundImage, String>;

    /// Moves the traffic of the order's service in an environment: an edge that listens as the order says, started if there is none.
    /// `directory` is where relative paths begin. `Err`: why nobody does, in words.
    fn traffic(
        &self,
        order: &DeployOrder,
        environment: &str,
        directory: &Path,
    ) -> Result<Box<dyn TrafficControl>, String>;

    /// Asks stores of metrics for these conditions from now on; each with its store's address, or why that is not known, in words.
    fn watch(&self, conditions: Vec<(Condition, Result<Secret<String>, String>)>) -> Box<dyn Watch>;

    /// The schema of the database at `address`, as it is now. `Err`: why it is not known, in words.
    fn schema(&self, order: &SchemaOrder, address: &Secret<String>, directory: &Path) -> Result<Schema, String> {
        let _no_database_here = (address, directory);
        Err(format!("{} is not reached from here", order.database))
    }

    /// The backups that the database could be restored from in its place, the newest first. `Err`: why that is not known, in words.
    fn backups(&self, order: &SchemaOrder, environment: &str, directory: &Path) -> Result<Vec<Backup>, String> {
        let _none_here = (order, environment, directory);
        Ok(Vec::new())
    }

    /// Where the service answers now. `Err`: why it does not, in words.
    fn addresses(&self, order: &DeployOrder, environment: &str) -> Result<Addresses, String>;
}

/// A backup of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its name.
    pub id: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// Rows in it.
    pub rows: u64,
}

/// Where a service answers: addresses without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// For users.
    pub public: String,
    /// For the newer release alone, at any share of traffic.
    pub preview: String,
}
