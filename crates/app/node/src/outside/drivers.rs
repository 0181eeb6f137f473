//! What runs instances on this machine: always processes, and containers where a service asked for them. To the conductor they are one
//! driver, so that a service may change from the one to the other by a release like any other.
//!
//! ```text
//! STATE/containers.json   whose containers are whose, and which Engine has some of which service
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use callsheet_base::{Digest, Secret};
use callsheet_driver_docker::{DockerDriver, SecretWay, Settings};
use callsheet_driver_process::ProcessDriver;
use callsheet_plan::{Containers, SecretsReach};
use callsheet_rollout::{Driver, DriverError, InstanceEnded, InstanceId, InstanceSeen, InstanceSpec, LogPart};
use serde::{Deserialize, Serialize};

use crate::conductor::words;

/// What runs instances on this machine.
pub struct Drivers {
    processes: ProcessDriver,
    /// One for each Engine that may have some.
    engines: Vec<DockerDriver>,
}

/// Why containers cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {hint}")]
pub struct EngineTrouble {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// `containers.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Books {
    /// Begins the names of this state folder's containers and networks.
    owner: String,
    /// By `SERVICE.ENVIRONMENT`.
    engines: BTreeMap<String, Place>,
}

/// Which Engine has containers of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Place {
    socket: PathBuf,
    secrets: SecretsReach,
}

/// What instances are kept in.
pub(super) fn instances(state: &Path) -> PathBuf {
    state.join("instances")
}

/// Whether an Engine answers at the socket.
pub fn engine_answers(containers: &Containers, service: &str) -> Result<(), EngineTrouble> {
    let Containers { socket, place, .. } = containers;
    let Err(error) = UnixStream::connect(socket) else { return Ok(()) };
    let socket = socket.display();
    let so = format!("`{service}` runs in containers ({place})");
    let (what, hint) = match error.kind() {
        io::ErrorKind::NotFound => (
            format!("{so}, but there is no Docker Engine at `{socket}`"),
            "install one and start it, or name its socket: `docker = { socket = \"…\" }`".to_owned(),
        ),
        io::ErrorKind::ConnectionRefused => (
            format!("{so}, but the Docker Engine at `{socket}` is down"),
            "start it: `systemctl start docker`; its log is `journalctl -u docker`".to_owned(),
        ),
        io::ErrorKind::PermissionDenied => (
            format!("{so}, but this user may not talk to the Docker Engine at `{socket}`"),
            "add the user to the group `docker`, or run as one who may".to_owned(),
        ),
        _ => (format!("{so}, but the Docker Engine at `{socket}` is not reached: {error}"), "see its log".to_owned()),
    };
    Err(EngineTrouble { what, hint })
}

impl Drivers {
    /// For a service in an environment. With `containers` it is to run in these from now on; containers that it had before are seen in any
    /// case.
    pub(super) fn of(
        state: &Path,
        program: &Path,
        (service, environment): (&str, &str),
        containers: Option<&Containers>,
    ) -> Result<Drivers, String> {
        let processes = ProcessDriver::new(&instances(state), program.to_owned()).map_err(words)?;
        let key = format!("{service}.{environment}");
        if let Some(containers) = containers {
            engine_answers(containers, service).map_err(|trouble| trouble.to_string())?;
            let place = Place { socket: containers.socket.clone(), secrets: containers.secrets };
            let mut books = Books::read(state).map_err(unreadable)?.unwrap_or_else(|| Books::new(state));
            if books.engines.get(&key) != Some(&place) {
                books.engines.insert(key.clone(), place);
                books.write(state).map_err(unreadable)?;
            }
        }
        let books = Books::read(state).map_err(unreadable)?;
        let place = books.as_ref().and_then(|books| Some((books, books.engines.get(&key)?)));
        let engines = place.map(|(books, place)| books.open(place)).transpose().map_err(words)?;
        Ok(Drivers { processes, engines: engines.into_iter().collect() })
    }

    /// All that the state folder has, and why some Engines are not among them.
    pub fn all_of(state: &Path, program: &Path) -> Result<(Drivers, Vec<DriverError>), DriverError> {
        let processes = ProcessDriver::new(&instances(state), program.to_owned())?;
        let failed = |error: io::Error| DriverError::Failed { operation: unreadable(&error), source: error.into() };
        let (mut engines, mut missing) = (Vec::new(), Vec::new());
        if let Some(books) = Books::read(state).map_err(failed)? {
            let mut places: Vec<&Place> = books.engines.values().collect();
            places.sort_by_key(|place| (&place.socket, place.secrets != SecretsReach::Files));
            places.dedup_by_key(|place| &place.socket);
            for place in places {
                match books.open(place) {
                    Ok(engine) => engines.push(engine),
                    Err(error) => missing.push(error),
                }
            }
        }
        Ok((Drivers { processes, engines }, missing))
    }

    /// The Engine that has this container, and the container's name there.
    pub fn container(&self, id: &InstanceId) -> Option<(&DockerDriver, String)> {
        self.engines.iter().find_map(|engine| Some((engine, engine.container_of(id)?)))
    }

    /// Tells whoever has the instance.
    fn whoever<T>(
        &mut self,
        id: &InstanceId,
        mut tell: impl FnMut(&mut dyn Driver) -> Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        match tell(&mut self.processes) {
            Err(DriverError::Unknown(_)) => {}
            told => return told,
        }
        for engine in &mut self.engines {
            match tell(engine) {
                Err(DriverError::Unknown(_)) => {}
                told => return told,
            }
        }
        Err(DriverError::Unknown(id.clone()))
    }
}

impl Driver for Drivers {
    fn start(&mut self, spec: &InstanceSpec, secrets: &BTreeMap<String, Secret<String>>) -> Result<(), DriverError> {
        match (&spec.image, self.engines.first_mut()) {
            (None, _) => self.processes.start(spec, secrets),
            (Some(_), Some(engine)) => engine.start(spec, secrets),
            (Some(image), None) => {
                let what = format!("it is the image `{image}`, and its service runs in no containers");
                Err(DriverError::Start { id: spec.id.clone(), what })
            }
        }
    }

    fn stop(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        self.whoever(id, |driver| driver.stop(id))
    }

    fn restart(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        self.whoever(id, |driver| driver.restart(id))
    }

    fn all(&mut self) -> Result<Vec<InstanceSeen>, DriverError> {
        let mut all = self.processes.all()?;
        for engine in &mut self.engines {
            all.extend(engine.all()?);
        }
        all.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(all)
    }

    fn ended(&mut self) -> Result<Vec<InstanceEnded>, DriverError> {
        let mut ended = Vec::new();
        for engine in &mut self.engines {
            ended.extend(engine.ended()?);
        }
        ended.extend(self.processes.ended()?);
        Ok(ended)
    }

    fn log_tail(&mut self, id: &InstanceId, limit: usize) -> Result<Vec<u8>, DriverError> {
        self.whoever(id, |driver| driver.log_tail(id, limit))
    }

    fn log_since(&mut self, id: &InstanceId, place: Option<u64>, limit: usize) -> Result<LogPart, DriverError> {
        self.whoever(id, |driver| driver.log_since(id, place, limit))
    }
}

impl Books {
    /// An owner that no other state folder of this machine has: two of one name would end each other's containers.
    fn new(state: &Path) -> Books {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = format!("{} {} {}", state.display(), std::process::id(), now.as_nanos());
        Books { owner: format!("callsheet-{}", Digest::of(seed.as_bytes()).short()), engines: BTreeMap::new() }
    }

    fn read(state: &Path) -> io::Result<Option<Books>> {
        match fs::read(state.join("containers.json")) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, state: &Path) -> io::Result<()> {
        let beside = state.join(format!("containers.json.{}", std::process::id()));
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&beside, state.join("containers.json"))
    }

    fn open(&self, place: &Place) -> Result<DockerDriver, DriverError> {
        let Settings { secrets, .. } = Settings::local();
        let secrets = match place.secrets {
            SecretsReach::Files => secrets,
            SecretsReach::Environment => SecretWay::Environment,
        };
        DockerDriver::new(Settings { socket: place.socket.clone(), owner: self.owner.clone(), secrets })
    }
}

fn unreadable(error: impl std::fmt::Display) -> String {
    format!("use the state folder's `containers.json`: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_no_engine_is_told_where_it_is_asked_for_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("sock");
        let containers = Containers {
            image: "shop".into(),
            socket: socket.clone(),
            secrets: SecretsReach::Files,
            place: "callsheet.toml:4".into(),
        };
        let missing = engine_answers(&containers, "shop").unwrap_err();
        let so = "`shop` runs in containers (callsheet.toml:4)";
        assert_eq!(missing.what, format!("{so}, but there is no Docker Engine at `{}`", socket.display()));
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        let down = engine_answers(&containers, "shop").unwrap_err();
        assert_eq!(down.what, format!("{so}, but the Docker Engine at `{}` is down", socket.display()));
        assert!(down.hint.contains("systemctl start docker"));
        let _listener = {
            fs::remove_file(&socket).unwrap();
            std::os::unix::net::UnixListener::bind(&socket).unwrap()
        };
        assert_eq!(engine_answers(&containers, "shop"), Ok(()));
    }

    #[test]
    fn two_state_folders_share_no_owner() {
        let one = Books::new(Path::new("/a"));
        assert_ne!(one.owner, Books::new(Path::new("/b")).owner);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(one.owner.chars().all(plain), "{}", one.owner);
    }
}
