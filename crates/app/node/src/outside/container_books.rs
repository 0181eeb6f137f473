//! Which Docker Engines have containers of which service, kept so that containers of an Engine that is no longer configured stay in sight.
//!
//! ```text
//! STATE/containers.json        whose containers are whose, and which Engines have some of which service
//! STATE/containers.json.lock   held while it changes: conductors and the steward are threads of one process, and commands others
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use callsheet_base::Digest;
use callsheet_plan::SecretsReach;
use serde::{Deserialize, Serialize};

/// `containers.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Books {
    /// Begins the names of this state folder's containers and networks.
    pub owner: String,
    /// By `SERVICE.ENVIRONMENT`; the one that was configured last is the first.
    engines: BTreeMap<String, Places>,
}

/// An Engine that has, or had, containers of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Place {
    /// Where it listens.
    pub socket: PathBuf,
    /// How secrets reach its containers.
    pub secrets: SecretsReach,
    /// It is not configured any more and had none left when it was last asked: nothing depends on its answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

/// One was all that could be written once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Places {
    One(Place),
    Several(Vec<Place>),
}

impl Places {
    fn list(&self) -> &[Place] {
        match self {
            Places::One(place) => std::slice::from_ref(place),
            Places::Several(places) => places,
        }
    }
}

impl Books {
    /// An owner that no other state folder of this machine has: two of one name would end each other's containers.
    fn new(state: &Path) -> Books {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = format!("{} {} {}", state.display(), std::process::id(), now.as_nanos());
        Books { owner: format!("callsheet-{}", Digest::of(seed.as_bytes()).short()), engines: BTreeMap::new() }
    }

    /// As they are; `None` before the first container.
    pub(super) fn read(state: &Path) -> io::Result<Option<Books>> {
        match fs::read(state.join("containers.json")) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The Engines of a service, the one that was configured last first.
    pub(super) fn of(&self, key: &str) -> &[Place] {
        self.engines.get(key).map_or(&[], Places::list)
    }

    /// Every Engine once.
    pub(super) fn all(&self) -> Vec<&Place> {
        let mut places: Vec<&Place> = self.engines.values().flat_map(Places::list).collect();
        places.sort_by_key(|place| (&place.socket, place.left, place.secrets != SecretsReach::Files));
        places.dedup_by_key(|place| &place.socket);
        places
    }

    /// Says that the service's containers run in this Engine from now on. Durable when it returns.
    pub(super) fn put(state: &Path, key: &str, socket: &Path, secrets: SecretsReach) -> io::Result<()> {
        let place = Place { socket: socket.to_owned(), secrets, left: false };
        if Books::read(state)?.is_some_and(|books| books.of(key).first() == Some(&place)) {
            return Ok(());
        }
        Books::change(state, |books| {
            let others = books.of(key).iter().filter(|other| other.socket != place.socket).cloned();
            let all = std::iter::once(place.clone()).chain(others).collect();
            books.engines.insert(key.to_owned(), Places::Several(all));
        })
    }

    /// Says whether an Engine has none of the service's containers any more. Durable when it returns.
    pub(super) fn set_left(state: &Path, key: &str, socket: &Path, left: bool) -> io::Result<()> {
        Books::change(state, |books| {
            let mut all = books.of(key).to_vec();
            all.iter_mut().filter(|place| place.socket == socket).for_each(|place| place.left = left);
            books.engines.insert(key.to_owned(), Places::Several(all));
        })
    }

    fn change(state: &Path, change: impl FnOnce(&mut Books)) -> io::Result<()> {
        fs::create_dir_all(state)?;
        // Unlocked when it is closed.
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(state.join("containers.json.lock"))?;
        lock.lock()?;
        let mut books = Books::read(state)?.unwrap_or_else(|| Books::new(state));
        change(&mut books);
        let beside = state.join("containers.json.new");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(&books)?)?;
        file.sync_all()?;
        fs::rename(&beside, state.join("containers.json"))?;
        File::open(state)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_state_folders_share_no_owner() {
        let one = Books::new(Path::new("/a"));
        assert_ne!(one.owner, Books::new(Path::new("/b")).owner);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(one.owner.chars().all(plain), "{}", one.owner);
    }

    #[test]
    fn services_that_come_at_once_share_an_owner_and_lose_no_entry() {
        let state = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let state = state.path();
                scope.spawn(move || {
                    Books::put(state, &format!("shop-{number}.dev"), Path::new("/run/docker.sock"), SecretsReach::Files)
                });
            }
        });
        let books = Books::read(state.path()).unwrap().unwrap();
        assert!((0..8).all(|number| books.of(&format!("shop-{number}.dev")).len() == 1), "{books:?}");
        assert_eq!(books.all().len(), 1);
    }

    #[test]
    fn an_engine_stays_in_sight_when_another_takes_its_place() {
        let state = tempfile::tempdir().unwrap();
        let put = |socket: &str| Books::put(state.path(), "shop.dev", Path::new(socket), SecretsReach::Files).unwrap();
        put("/one");
        put("/two");
        Books::set_left(state.path(), "shop.dev", Path::new("/one"), true).unwrap();
        let sockets = |books: &Books| -> Vec<(String, bool)> {
            books.of("shop.dev").iter().map(|place| (place.socket.display().to_string(), place.left)).collect()
        };
        let books = Books::read(state.path()).unwrap().unwrap();
        assert_eq!(sockets(&books), [("/two".to_owned(), false), ("/one".to_owned(), true)]);
        put("/one");
        let books = Books::read(state.path()).unwrap().unwrap();
        assert_eq!(sockets(&books), [("/one".to_owned(), false), ("/two".to_owned(), false)]);
    }

    #[test]
    fn books_of_one_engine_per_service_are_read() {
        let state = tempfile::tempdir().unwrap();
        let text = r#"{"owner":"callsheet-1","engines":{"shop.dev":{"socket":"/run/docker.sock","secrets":"files"}}}"#;
        fs::write(state.path().join("containers.json"), text).unwrap();
        let books = Books::read(state.path()).unwrap().unwrap();
        assert_eq!(books.of("shop.dev").len(), 1);
    }
}
