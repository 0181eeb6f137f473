//! What runs instances on this machine: always processes, and containers where a service asked for them. To the conductor they are one
//! driver, so that a service may change from the one to the other by a release like any other.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use callsheet_base::Secret;
use callsheet_driver_docker::{DockerDriver, SecretWay, Settings};
use callsheet_driver_process::ProcessDriver;
use callsheet_plan::{Containers, SecretsReach};
use callsheet_rollout::{Driver, DriverError, InstanceEnded, InstanceId, InstanceSeen, InstanceSpec, LogPart};

use super::container_books::{Books, Place};
use crate::conductor::words;

/// What runs instances on this machine.
pub struct Drivers {
    processes: ProcessDriver,
    /// Those that may have some, the one where containers are started first.
    engines: Vec<Engine>,
    state: PathBuf,
    /// `SERVICE.ENVIRONMENT`, if all this is of one.
    key: Option<String>,
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

/// An Engine, and what the books say of it.
struct Engine {
    driver: DockerDriver,
    place: Place,
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
            Books::put(state, &key, &containers.socket, containers.secrets).map_err(unreadable)?;
        }
        let mut engines = Vec::new();
        if let Some(books) = Books::read(state).map_err(unreadable)? {
            for (at, place) in books.of(&key).iter().enumerate() {
                let mut driver = match open(&books, place) {
                    Err(_) if place.left => continue,
                    opened => opened.map_err(words)?,
                };
                let mut place = place.clone();
                let configured = at == 0 && containers.is_some();
                let ours = |seen: &InstanceSeen| seen.service == service && seen.environment == environment;
                if !configured && !place.left && driver.all().is_ok_and(|all| !all.iter().any(ours)) {
                    Books::set_left(state, &key, &place.socket, true).map_err(unreadable)?;
                    place.left = true;
                }
                engines.push(Engine { driver, place });
            }
        }
        Ok(Drivers { processes, engines, state: state.to_owned(), key: Some(key) })
    }

    /// All that the state folder has, and why some Engines are not among them.
    pub fn all_of(state: &Path, program: &Path) -> Result<(Drivers, Vec<DriverError>), DriverError> {
        let processes = ProcessDriver::new(&instances(state), program.to_owned())?;
        let failed = |error: io::Error| DriverError::Failed { operation: unreadable(&error), source: error.into() };
        let (mut engines, mut missing) = (Vec::new(), Vec::new());
        if let Some(books) = Books::read(state).map_err(failed)? {
            for place in books.all() {
                match open(&books, place) {
                    Ok(driver) => engines.push(Engine { driver, place: place.clone() }),
                    Err(_) if place.left => {}
                    Err(error) => missing.push(error),
                }
            }
        }
        Ok((Drivers { processes, engines, state: state.to_owned(), key: None }, missing))
    }

    /// The Engine that has this container, and the container's name there.
    pub fn container(&self, id: &InstanceId) -> Option<(&DockerDriver, String)> {
        self.engines.iter().find_map(|Engine { driver, .. }| Some((driver, driver.container_of(id)?)))
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
            match tell(&mut engine.driver) {
                Err(DriverError::Unknown(_)) => {}
                Err(_) if engine.place.left => {}
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
            (Some(_), Some(engine)) => {
                if let (true, Some(key)) = (engine.place.left, &self.key) {
                    let failed =
                        |error: io::Error| DriverError::Failed { operation: unreadable(&error), source: error.into() };
                    Books::set_left(&self.state, key, &engine.place.socket, false).map_err(failed)?;
                    engine.place.left = false;
                }
                engine.driver.start(spec, secrets)
            }
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
            match engine.driver.all() {
                // It has none, wherever it is by now.
                Err(_) if engine.place.left => {}
                told => all.extend(told?),
            }
        }
        all.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(all)
    }

    fn ended(&mut self) -> Result<Vec<InstanceEnded>, DriverError> {
        let mut ended = Vec::new();
        for engine in &mut self.engines {
            match engine.driver.ended() {
                Err(_) if engine.place.left => {}
                told => ended.extend(told?),
            }
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

fn open(books: &Books, place: &Place) -> Result<DockerDriver, DriverError> {
    let Settings { secrets, .. } = Settings::local();
    let secrets = match place.secrets {
        SecretsReach::Files => secrets,
        SecretsReach::Environment => SecretWay::Environment,
    };
    DockerDriver::new(Settings { socket: place.socket.clone(), owner: books.owner.clone(), secrets })
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
            std::fs::remove_file(&socket).unwrap();
            std::os::unix::net::UnixListener::bind(&socket).unwrap()
        };
        assert_eq!(engine_answers(&containers, "shop"), Ok(()));
    }
}
