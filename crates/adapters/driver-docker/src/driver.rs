//! The caller's side.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex};

use bollard::models::{ContainerUpdateBody, NetworkCreateRequest};
use bollard::query_parameters::{
    CreateContainerOptions, CreateImageOptions, ListContainersOptions, RemoveContainerOptions, RenameContainerOptions,
    RestartContainerOptions, StopContainerOptions,
};
use callsheet_base::Secret;
use callsheet_rollout::{Driver, DriverError, InstanceEnded, InstanceId, InstanceSeen, InstanceSpec, LogPart};
use futures_util::TryStreamExt;

use crate::container::{Container, INSTANCE, OWNER, name_of, name_of_ended};
use crate::create::{Around, as_variables, body, restarting, seconds};
use crate::engine::{Engine, failed, is_missing, refusal};
use crate::log;
use crate::secrets;
use crate::settings::{SecretWay, Settings};

/// Instances as containers. Any number of drivers may use one Engine, also with the same owner.
pub struct DockerDriver {
    settings: Settings,
    pub(crate) engine: Engine,
    /// Containers that a thread of ours is ending or restarting.
    pursued: Arc<Mutex<HashSet<String>>>,
}

/// Containers of ended instances that are kept for their logs.
const KEPT: usize = 100;

impl DockerDriver {
    /// Connects to the Engine.
    pub fn new(settings: Settings) -> Result<DockerDriver, DriverError> {
        let engine = Engine::connect(&settings.socket)?;
        Ok(DockerDriver { settings, engine, pursued: Arc::default() })
    }

    /// Our containers, of one instance or of all.
    pub(crate) fn containers(&self, id: Option<&InstanceId>) -> Result<Vec<Container>, DriverError> {
        let mut labels = vec![format!("{OWNER}={}", self.settings.owner)];
        labels.extend(id.map(|id| format!("{INSTANCE}={}", id.0)));
        let filters = HashMap::from([("label".to_owned(), labels)]);
        let options = ListContainersOptions { all: true, filters: Some(filters), ..Default::default() };
        let docker = &self.engine.docker;
        let inspected = self.engine.wait(async {
            let mut inspected = Vec::new();
            for container in docker.list_containers(Some(options)).await? {
                match docker.inspect_container(&container.id.unwrap_or_default(), None).await {
                    // Removed meanwhile.
                    Err(error) if is_missing(&error) => {}
                    found => inspected.push(found?),
                }
            }
            Ok(inspected)
        });
        let inspected = inspected.map_err(|error| failed("list the containers".into(), error))?;
        Ok(inspected.into_iter().filter_map(|one| Container::read(one, &self.settings.owner)).collect())
    }

    fn container(&self, id: &InstanceId) -> Result<Container, DriverError> {
        if !id.is_usable() {
            return Err(DriverError::Unknown(id.clone()));
        }
        self.containers(Some(id))?.into_iter().next().ok_or_else(|| DriverError::Unknown(id.clone()))
    }

    pub(crate) fn remove(&self, container: &str) -> Result<(), DriverError> {
        let options = RemoveContainerOptions { force: true, v: true, link: false };
        match self.engine.wait(self.engine.docker.remove_container(container, Some(options))) {
            Err(error) if !is_missing(&error) => Err(failed("remove a container".into(), error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn forget_secrets(&self, id: &InstanceId) -> Result<(), DriverError> {
        let SecretWay::Files(above) = &self.settings.secrets else { return Ok(()) };
        secrets::remove(above, &self.settings.owner, &id.0)
            .map_err(|error| file_failed(format!("remove the secrets of instance {}", id.0), error))
    }

    /// The image of the release: by its id, or as `NAME@sha256:…`, pulled if it is not here.
    fn image(&self, spec: &InstanceSpec) -> Result<String, DriverError> {
        let docker = &self.engine.docker;
        let digest = format!("sha256:{}", spec.release.digest.to_string().trim_start_matches("sha256:"));
        let by_name = spec.image.as_ref().map(|name| format!("{name}@{digest}"));
        let found = self.engine.wait(async {
            for image in [Some(&digest), by_name.as_ref()].into_iter().flatten() {
                match docker.inspect_image(image).await {
                    Ok(_) => return Ok(image.clone()),
                    Err(error) if is_missing(&error) => {}
                    Err(error) => return Err(error),
                }
            }
            let Some(image) = by_name else { return Ok(digest) };
            let options = CreateImageOptions { from_image: Some(image.clone()), ..Default::default() };
            docker.create_image(Some(options), None, None).try_collect::<Vec<_>>().await?;
            Ok(image)
        });
        found.map_err(|error| DriverError::Start {
            id: spec.id.clone(),
            what: match refusal(&error) {
                Some((_, words)) => format!("its image is not here and cannot be pulled: {words}"),
                None => format!("its image cannot be looked for: {error}"),
            },
        })
    }

    /// The environment's own network.
    fn network(&self, environment: &str) -> Result<String, DriverError> {
        let name = name_of(&self.settings.owner, environment);
        let docker = &self.engine.docker;
        let request = NetworkCreateRequest {
            name: name.clone(),
            driver: Some("bridge".into()),
            labels: Some([(OWNER.to_owned(), self.settings.owner.clone())].into()),
            ..Default::default()
        };
        let made = self.engine.wait(async {
            match docker.inspect_network(&name, None).await {
                Err(error) if is_missing(&error) => docker.create_network(request).await.map(drop),
                found => found.map(drop),
            }
        });
        match made {
            // Made by another at this moment.
            Err(error) if refusal(&error).is_some_and(|(code, _)| code == 409) => Ok(name),
            made => made.map(|()| name).map_err(|error| failed(format!("make the network of {environment}"), error)),
        }
    }

    fn create(&self, spec: &InstanceSpec, given: &BTreeMap<String, Secret<String>>) -> Result<(), DriverError> {
        let owner = self.settings.owner.as_str();
        let image = self.image(spec)?;
        let network = self.network(&spec.environment)?;
        let operation = || format!("keep the secrets of instance {}", spec.id.0);
        let (secrets_folder, secret_variables) = match &self.settings.secrets {
            SecretWay::Environment => (None, as_variables(given)),
            SecretWay::Files(_) if given.is_empty() => (None, Vec::new()),
            SecretWay::Files(above) => {
                let written = secrets::write(above, owner, &spec.id.0, given);
                let (folder, variables) = written.map_err(|error| file_failed(operation(), error))?;
                (Some(folder.display().to_string()), variables)
            }
        };
        let around = Around { owner, network: &network, image, secrets_folder, secret_variables };
        let body = body(spec, around);
        let options = CreateContainerOptions { name: Some(name_of(owner, &spec.id.0)), ..Default::default() };
        let docker = &self.engine.docker;
        let started = self.engine.wait(async {
            let made = docker.create_container(Some(options), body).await.map_err(|error| (None, error))?;
            docker.start_container(&made.id, None).await.map_err(|error| (Some(made.id), error))
        });
        let Err((made, error)) = started else { return Ok(()) };
        if let Some(made) = made {
            self.remove(&made)?;
        }
        let refused = refusal(&error).map(|(_, words)| words.to_owned());
        self.forget_secrets(&spec.id)?;
        Err(match refused {
            Some(what) => DriverError::Start { id: spec.id.clone(), what },
            None => failed(format!("start instance {}", spec.id.0), error),
        })
    }

    /// Ends it in a thread of its own, which waits for Docker; Docker goes on if we die, and the next look pursues it again.
    pub(crate) fn pursue(&self, container: &Container) {
        let options = StopContainerOptions { t: Some(seconds(container.spec.grace) as i32), signal: None };
        self.in_background(container, move |engine, id| {
            engine.wait(engine.docker.stop_container(&id, Some(options))).is_ok()
        });
    }

    fn in_background(&self, container: &Container, act: impl FnOnce(&Engine, String) -> bool + Send + 'static) {
        let (id, pursued) = (container.id.clone(), Arc::clone(&self.pursued));
        if !pursued.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(id.clone()) {
            return;
        }
        let (socket, grace) = (self.settings.socket.clone(), container.spec.grace);
        std::thread::spawn(move || {
            // If it fails, the next look sees that nothing happened.
            let _done = Engine::connect(&socket).is_ok_and(|engine| act(&engine.patient(grace), id.clone()));
            pursued.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&id);
        });
    }

    fn prune(&self) -> Result<(), DriverError> {
        let mut ended = self.containers(None)?;
        ended.retain(|container| container.ended && !container.is_running());
        ended.sort_by_key(|container| container.since());
        let too_many = ended.len().saturating_sub(KEPT);
        ended.iter().take(too_many).try_for_each(|container| self.remove(&container.id))
    }
}

impl Driver for DockerDriver {
    fn start(&mut self, spec: &InstanceSpec, secrets: &BTreeMap<String, Secret<String>>) -> Result<(), DriverError> {
        if !spec.id.is_usable() {
            let what = "an instance's name has letters, digits and `._-+@~` only, at most 150".into();
            return Err(DriverError::Start { id: spec.id.clone(), what });
        }
        match self.container(&spec.id) {
            Ok(container) if container.ended => return Err(DriverError::Used(spec.id.clone())),
            Ok(_) => return Ok(()),
            Err(DriverError::Unknown(_)) => {}
            Err(error) => return Err(error),
        }
        self.create(spec, secrets)?;
        self.prune()
    }

    fn stop(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        let container = self.container(id)?;
        if !container.ended {
            // The name first: whoever looks from now on knows that it is to end.
            let options = RenameContainerOptions { name: name_of_ended(&self.settings.owner, &id.0) };
            self.engine
                .wait(self.engine.docker.rename_container(&container.id, options))
                .map_err(|error| failed(format!("end instance {}", id.0), error))?;
            self.pursue(&container);
        }
        Ok(())
    }

    fn restart(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        let container = self.container(id)?;
        if container.ended {
            return Err(DriverError::Used(id.clone()));
        }
        let body = ContainerUpdateBody { restart_policy: Some(restarting(true)), ..Default::default() };
        self.engine
            .wait(self.engine.docker.update_container(&container.id, body))
            .map_err(|error| failed(format!("restart instance {}", id.0), error))?;
        let options = RestartContainerOptions { t: Some(seconds(container.spec.grace) as i32), signal: None };
        self.in_background(&container, move |engine, id| {
            engine.wait(engine.docker.restart_container(&id, Some(options))).is_ok()
        });
        Ok(())
    }

    fn all(&mut self) -> Result<Vec<InstanceSeen>, DriverError> {
        let mut all = self.look()?;
        all.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(all)
    }

    fn ended(&mut self) -> Result<Vec<InstanceEnded>, DriverError> {
        let mut ended = self.containers(None)?;
        ended.retain(|container| container.ended && !container.is_running());
        ended.sort_by_key(Container::since);
        let named = |container: Container| {
            let InstanceSpec { id, service, environment, release, .. } = container.spec;
            InstanceEnded { id, service, environment, release }
        };
        Ok(ended.into_iter().map(named).collect())
    }

    fn log_tail(&mut self, id: &InstanceId, limit: usize) -> Result<Vec<u8>, DriverError> {
        self.log_since(id, None, limit).map(|part| part.bytes)
    }

    fn log_since(&mut self, id: &InstanceId, place: Option<u64>, limit: usize) -> Result<LogPart, DriverError> {
        let container = self.container(id)?;
        let read = self.engine.wait(log::since(&self.engine.docker, &container.id, place, limit));
        read.map_err(|error| failed(format!("read the log of instance {}", id.0), error))
    }
}

fn file_failed(operation: String, error: io::Error) -> DriverError {
    DriverError::Failed { operation, source: Box::new(error) }
}
