//! What the service asks of a database. One implementation per database; the promise of every method is the same:
//! a write is durable when it answers, and happens whole or not at all.

mod census;
mod postgres;
mod sqlite;

use std::pin::Pin;
use std::sync::Arc;

use fleet_kit::Faults;
use fleet_kit::faults::Injected;
use serde_json::Value;

use crate::config::Database;
use crate::story::{
    Component, ComponentChange, ComponentId, Element, ElementChange, ElementId, Found, Incoming, NewComponent,
    NewElement, NewUniverse, NewUser, Universe, UniverseChange, UniverseId, User, UserId, Viewer,
};

pub use census::{Inventory, Losses, Thing};
pub use fleet_kit::paging::Page;
use postgres::Postgres;
use sqlite::Sqlite;

/// What every method gives.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or no longer.
    #[error("there is no such row")]
    Missing,
    /// The row is at another version than the caller expected.
    #[error("the row is at version {current}")]
    Stale {
        /// Its version now.
        current: i64,
    },
    /// The e-mail address is taken.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Too much waits for the database already.
    #[error("too much waits for the database")]
    Busy,
    /// The database does not answer; it may do so again.
    #[error("{doing}: {cause}")]
    Unreachable {
        /// A verb phrase ("creating a universe").
        doing: &'static str,
        /// What kept it; for the log.
        cause: String,
    },
    /// The database failed.
    #[error("{doing}: {cause}")]
    Failed {
        /// A verb phrase ("creating a universe").
        doing: &'static str,
        /// The database's words; for the log.
        cause: String,
    },
}

/// What the database says of itself.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The newest migration applied.
    pub schema_version: i64,
}

/// Users.
pub trait Users {
    /// Creates one; `EmailTaken` if the address is known.
    fn create_user(&self, new: NewUser) -> Answer<'_, User>;
    /// Finds one by id.
    fn user(&self, id: UserId) -> Answer<'_, Option<User>>;
    /// Finds one by address (lower case), with the password's hash.
    fn credentials(&self, email: String) -> Answer<'_, Option<(User, String)>>;
}

/// Universes. Updates and deletes with `expected` give `Stale` at another version.
pub trait Universes {
    fn create_universe(&self, new: NewUniverse) -> Answer<'_, Universe>;
    fn universe(&self, id: UniverseId) -> Answer<'_, Option<Universe>>;
    /// Those the viewer may see.
    fn universes(&self, viewer: &Viewer, page: Page<UniverseId>) -> Answer<'_, Vec<Universe>>;
    fn update_universe(&self, id: UniverseId, change: UniverseChange, expected: Option<i64>) -> Answer<'_, Universe>;
    /// With its elements and their components; gives those whose files are now the caller's to remove.
    fn delete_universe(&self, id: UniverseId, expected: Option<i64>) -> Answer<'_, Vec<ComponentId>>;
}

/// Elements.
pub trait Elements {
    /// `Missing` if the universe is gone.
    fn create_element(&self, new: NewElement) -> Answer<'_, Element>;
    fn element(&self, id: ElementId) -> Answer<'_, Option<Element>>;
    /// Those of one universe, of one kind if given.
    fn elements(
        &self,
        universe: UniverseId,
        kind: Option<&'static str>,
        page: Page<ElementId>,
    ) -> Answer<'_, Vec<Element>>;
    fn update_element(&self, id: ElementId, change: ElementChange, expected: Option<i64>) -> Answer<'_, Element>;
    /// With its components and the relationships that lead to it; gives those whose files are now the caller's to remove.
    fn delete_element(&self, id: ElementId, expected: Option<i64>) -> Answer<'_, Vec<ComponentId>>;
}

/// Components.
pub trait Components {
    /// `Missing` if the element, or the one a relationship leads to, is gone.
    fn create_component(&self, new: NewComponent) -> Answer<'_, Component>;
    fn component(&self, id: ComponentId) -> Answer<'_, Option<Component>>;
    fn components(&self, element: ElementId, page: Page<ComponentId>) -> Answer<'_, Vec<Component>>;
    fn update_component(
        &self,
        id: ComponentId,
        change: ComponentChange,
        expected: Option<i64>,
    ) -> Answer<'_, Component>;
    fn delete_component(&self, id: ComponentId, expected: Option<i64>) -> Answer<'_, ()>;
    /// The relationships that lead to an element, oldest first.
    fn incoming(&self, element: ElementId, limit: u32) -> Answer<'_, Vec<Incoming>>;
    /// The names of these elements; those that are gone are left out.
    fn names(&self, elements: Vec<ElementId>) -> Answer<'_, Vec<(ElementId, String)>>;
}

/// Search.
pub trait Search {
    /// What the viewer may see whose title or text holds every word (or begins with it), best first.
    fn search(
        &self,
        viewer: &Viewer,
        words: String,
        universe: Option<UniverseId>,
        limit: u32,
    ) -> Answer<'_, Vec<Found>>;
}

/// What a drill may do to a database.
pub trait Drill {
    /// Deletes this share (0–1) of the components, at least one, as a wrong script would: without a word in the record of removals.
    fn lose_components(&self, share: f64) -> Answer<'_, u64>;
}

/// What is there and what was deleted, for telling loss from deletion.
pub trait Census {
    /// Every user, universe, element and component.
    fn things(&self) -> Answer<'_, Vec<Thing>>;
    /// The ids of what people deleted; what went with it is not among them.
    fn removed(&self) -> Answer<'_, Vec<String>>;
}

/// A whole database.
pub trait Store: Users + Universes + Elements + Components + Search + Census + Drill + Send + Sync {
    /// Reads and takes a write lock once.
    fn check(&self) -> Answer<'_, Condition>;
    /// Its name in health.
    fn kind(&self) -> &'static str;
    /// How many connections are open, in use and waited for; `None` where there are none.
    fn pool(&self) -> Option<Value>;
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file refused.
    #[error("the file cannot be opened")]
    Sqlite(#[from] rusqlite::Error),
    /// The address cannot be used.
    #[error(transparent)]
    Postgres(#[from] fleet_kit::postgres::ConnectError),
}

/// The configured database, migrated.
pub fn open(database: &Database, faults: Faults) -> Result<Arc<dyn Store>, OpenError> {
    Ok(match database {
        Database::Sqlite(path) => Arc::new(Sqlite::open(path, faults)?),
        Database::Postgres { url, connections_most } => Arc::new(Postgres::open(url, *connections_most, faults)?),
    })
}

/// A drill's word as the store's.
fn injected(doing: &'static str, outcome: Result<(), Injected>) -> Result<(), StoreError> {
    outcome.map_err(|fault| match fault {
        Injected::Dependency(_) => StoreError::Unreachable { doing, cause: fault.to_string() },
        Injected::FullDisk => StoreError::Failed { doing, cause: fault.to_string() },
    })
}
