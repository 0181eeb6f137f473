//! The edges of a state folder: one for each environment, so that nothing that happens to one environment's traffic reaches another's.
//! All services of an environment share its edge.
//!
//! ```text
//! STATE/edges/ENVIRONMENT/services.json   what the edge is to know of each service
//! STATE/edges/ENVIRONMENT/edge.sock …     the edge's own files
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use callsheet_edge::{Affinity, EdgeClient, EdgeConfig, HealthCheck, Listener, Route, Tls};
use callsheet_plan::{EdgeSettings, ServiceSpec, Sticky};
use callsheet_rollout::ReadyCheck;
use serde::{Deserialize, Serialize};

use super::addresses;
use crate::conductor::words;

/// The edges of one state folder.
#[derive(Clone, Debug)]
pub struct Edges {
    state: PathBuf,
    program: PathBuf,
}

/// What an edge is to know of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Served {
    edge: EdgeSettings,
    ready: ReadyCheck,
    /// Where relative paths begin.
    directory: PathBuf,
}

impl Edges {
    /// Of the state folder `state`; `program` is Callsheet itself, for edges that are to be started.
    pub fn new(state: &Path, program: &Path) -> Edges {
        Edges { state: state.to_owned(), program: program.to_owned() }
    }

    /// The folder of an environment's edge. `Err`: no folder can have the environment's name.
    pub fn folder(&self, environment: &str) -> Result<PathBuf, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
        match !environment.is_empty() && !environment.starts_with('.') && environment.bytes().all(plain) {
            true => Ok(self.state.join("edges").join(environment)),
            false => Err(format!(
                "`{environment}` cannot name an environment: use letters, digits, `.`, `_`, `+` and `-`, and begin with no dot"
            )),
        }
    }

    /// Environments that have an edge, or had one.
    pub fn environments(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.state.join("edges")) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    /// The edge of an environment, whether it runs or not.
    pub fn client(&self, environment: &str) -> Result<EdgeClient, String> {
        Ok(EdgeClient::new(&callsheet_edge::socket(&self.folder(environment)?)))
    }

    /// The environment's edge, started if it does not run, that knows this service as `spec` has it.
    pub(super) fn serving(
        &self,
        service: &str,
        environment: &str,
        spec: &ServiceSpec,
        directory: &Path,
    ) -> Result<EdgeClient, String> {
        let folder = self.folder(environment)?;
        let failed = |error: io::Error| format!("cannot use the edge's folder `{}`: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(failed)?;
        // One service at a time is told to the edge, whichever process it is released by. Unlocked when it is closed.
        let telling = File::create(folder.join("telling")).map_err(failed)?;
        telling.lock().map_err(failed)?;
        let mut all = read(&folder).map_err(failed)?;
        let served = Served { edge: spec.edge.clone(), ready: spec.ready.clone(), directory: directory.to_owned() };
        self.apart(environment, &served.edge.listen)?;
        let before = all.insert(service.to_owned(), served.clone());
        let config = edge_config(environment, &all);
        if let [fault, ..] = config.faults().as_slice() {
            return Err(format!(
                "the edge of {environment} cannot be configured: {fault}; `[services.{service}.edge]` tells services apart by `listen`, \
                 `hosts` or `path`"
            ));
        }
        callsheet_edge::start(&folder, &self.program, &config).map_err(words)?;
        if before.as_ref() != Some(&served) {
            write(&folder, &all).map_err(failed)?;
        }
        Ok(EdgeClient::new(&callsheet_edge::socket(&folder)))
    }

    /// Two environments cannot share an address; the system's own word for it names neither.
    fn apart(&self, environment: &str, listen: &SocketAddr) -> Result<(), String> {
        if listen.port() == 0 {
            return Ok(());
        }
        let others = self.environments().map_err(|error| format!("cannot list the edges: {error}"))?;
        for other in others.iter().filter(|other| *other != environment) {
            let served =
                read(&self.folder(other)?).map_err(|error| format!("cannot read the edge of {other}: {error}"))?;
            let taken = |one: &&String| served[*one].edge.listen == *listen;
            if let Some(service) = served.keys().find(taken) {
                return Err(format!(
                    "{listen} is where the edge of {other} listens, for `{service}`: give {environment} another address, as \
                     `[environments.{environment}.services.{service}.edge]` with `listen = \"…\"`"
                ));
            }
        }
        Ok(())
    }
}

fn read(folder: &Path) -> io::Result<BTreeMap<String, Served>> {
    match fs::read(folder.join("services.json")) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

fn write(folder: &Path, all: &BTreeMap<String, Served>) -> io::Result<()> {
    let beside = folder.join("services.json.new");
    let mut file = File::create(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(all)?)?;
    file.sync_all()?;
    fs::rename(&beside, folder.join("services.json"))
}

fn edge_config(environment: &str, served: &BTreeMap<String, Served>) -> EdgeConfig {
    let mut config = EdgeConfig::default();
    for Served { edge, directory, .. } in served.values() {
        if config.listeners.iter().all(|listener| listener.address != edge.listen) {
            let tls = edge.tls.as_ref().map(|files| Tls {
                certificate: directory.join(&files.certificate),
                key: directory.join(&files.key),
                hsts: None,
            });
            config.listeners.push(Listener { tls, ..Listener::at(edge.listen) });
        }
    }
    for (service, Served { edge, ready, .. }) in served {
        let affinity = match &edge.sticky {
            Sticky::None => Affinity::Request,
            Sticky::Cookie(name) => Affinity::Cookie { name: name.clone(), expiry: None, pin: false },
            Sticky::Header(name) => Affinity::Header { name: name.clone(), pin: false },
        };
        let (hosts, path) = (edge.hosts.clone(), edge.path.clone());
        let listeners = vec![edge.listen];
        config.routes.push(Route { hosts, path: path.clone(), affinity, listeners, ..Route::all_of(service) });
        let preview = addresses::preview(service, environment, edge);
        config.listeners.push(Listener::at(preview));
        let listeners = vec![preview];
        config.routes.push(Route { path, listeners, preview: true, ..Route::all_of(service) });
        let check = HealthCheck { names_version: ready.names_version, ..HealthCheck::of(ready.path.as_str()) };
        config.checks.insert(service.clone(), check);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(listen: &str, path: &str) -> Served {
        let ready = ReadyCheck {
            path: "/health".into(),
            interval: callsheet_base::Duration::from_secs(1),
            names_version: true,
        };
        let edge = EdgeSettings { listen: listen.parse().unwrap(), path: path.into(), ..EdgeSettings::default() };
        Served { edge, ready, directory: "/".into() }
    }

    #[test]
    fn services_share_an_address_or_have_their_own() {
        let shop = ("shop".to_owned(), served("127.0.0.1:80", "/"));
        let check = |other: Served, fault: Option<&str>| {
            let config = edge_config("dev", &BTreeMap::from([shop.clone(), ("api".to_owned(), other)]));
            assert_eq!(config.faults().first().map(String::as_str), fault, "{config:?}");
        };
        check(served("127.0.0.1:80", "/api"), None);
        check(served("127.0.0.1:81", "/"), None);
        check(served("127.0.0.1:80", "/"), Some("the path `/` of one host belongs to both `api` and `shop`"));
    }

    #[test]
    fn two_environments_cannot_share_an_address() {
        let state = tempfile::tempdir().unwrap();
        let edges = Edges::new(state.path(), Path::new("/nonexistent"));
        let folder = edges.folder("staging").unwrap();
        fs::create_dir_all(&folder).unwrap();
        write(&folder, &BTreeMap::from([("shop".to_owned(), served("127.0.0.1:80", "/"))])).unwrap();
        assert_eq!(edges.apart("staging", &"127.0.0.1:80".parse().unwrap()), Ok(()));
        assert_eq!(edges.apart("production", &"127.0.0.1:81".parse().unwrap()), Ok(()));
        let refused = edges.apart("production", &"127.0.0.1:80".parse().unwrap()).unwrap_err();
        assert!(refused.starts_with("127.0.0.1:80 is where the edge of staging listens, for `shop`"), "{refused}");
        assert!(edges.folder("../etc").is_err() && edges.folder("").is_err());
    }
}
